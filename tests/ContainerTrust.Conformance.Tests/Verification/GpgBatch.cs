using ContainerTrust.Conformance.Tests.OpenPgp;

namespace ContainerTrust.Conformance.Tests.Verification;

/// <summary>
/// Many keys and messages put to gpg at once: all key files into one fresh home, all messages in one call. The keys must not have to do
/// with each other.
/// </summary>
internal sealed class GpgBatch : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("ct-batch-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    /// <summary>Asks gpg.</summary>
    /// <param name="keyFiles">Key files, imported in this order.</param>
    /// <param name="messages">Messages.</param>
    /// <returns>A verdict a message.</returns>
    public GpgVerdict[] Ask(IEnumerable<byte[]> keyFiles, IReadOnlyList<byte[]> messages)
    {
        string home = Directory.CreateDirectory(Path.Combine(_directory, "home"),
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName;
        try
        {
            string[] keys = Write("key", keyFiles), signed = Write("message", messages);
            GpgTool.Ask(home, ["--no-autostart", "--batch", "--no-tty", "--quiet", "--no-auto-check-trustdb", "--import", .. keys]);
            string said = GpgTool.Ask(home, ["--no-autostart", "--batch", "--no-tty", "--quiet", "--no-auto-check-trustdb", "--trust-model",
                "always", "--status-fd", "2", "--verify-files", .. signed]).Errors;
            Dictionary<string, List<string>> byFile = new(StringComparer.Ordinal);
            List<string>? lines = null;
            foreach (string line in said.Split('\n'))
            {
                if (line.StartsWith("[GNUPG:] FILE_START 1 ", StringComparison.Ordinal))
                    byFile.Add(line["[GNUPG:] FILE_START 1 ".Length..], lines = []);
                lines?.Add(line);
            }

            return [.. signed.Select(f =>
                GpgVerdict.Judge(([], byFile.TryGetValue(f, out List<string>? own) ? string.Join('\n', own)
                : $"gpg did not come to this message:\n{said}")))];
        }
        finally
        {
            Directory.Delete(_directory, recursive: true);
            Directory.CreateDirectory(_directory);
        }
    }

    private string[] Write(string name, IEnumerable<byte[]> contents) => [.. contents.Select((content, i) =>
    {
        string path = Path.Combine(_directory, $"{name}-{i}");
        File.WriteAllBytes(path, content);
        return path;
    })];
}
