using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using ContainerTrust.Engine.Registry.Web;

namespace ContainerTrust.Engine.Registry;

/// <summary>
/// Asks a credential helper: the program <c>docker-credential-NAME</c> with the one argument <c>get</c>, the server on its standard
/// input, a JSON object (<c>Username</c>, <c>Secret</c>) on its standard output. Nothing secret is on a command line or in a message.
/// </summary>
internal static class CredentialHelper
{
    private const string NotFoundWords = "credentials not found in native keychain";
    private const string NoUrlWords = "no credentials server URL";
    private const string NoUserWords = "no credentials username";

    /// <summary>Asks a helper.</summary>
    /// <param name="name">The helper's name, without <c>docker-credential-</c>.</param>
    /// <param name="server">The registry.</param>
    /// <param name="searchPath">The value of <c>PATH</c>; only its absolute directories are looked in.</param>
    /// <param name="timeout">How long the helper may take.</param>
    /// <param name="cancellationToken">Ends the work and the helper.</param>
    /// <returns>The credential; null if the helper has none.</returns>
    /// <exception cref="TrustException">
    /// The helper is not there (<c>CredentialHelperNotFound</c>), or has no usable answer (<c>CredentialHelperFailed</c>).
    /// </exception>
    public static async Task<RegistryCredential?> GetAsync(string name, string server, string? searchPath, TimeSpan timeout,
        CancellationToken cancellationToken)
    {
        string program = Locate(name, searchPath);
        var start = new ProcessStartInfo(program, ["get"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(timeout);
        try
        {
            using Process process = Process.Start(start) ?? throw Failed(name, "it does not start");
            try
            {
                Task drain = process.StandardError.BaseStream.CopyToAsync(Stream.Null, deadline.Token);
                Task<byte[]?> reading = ReadAsync(process.StandardOutput.BaseStream, deadline.Token);
                try
                {
                    await process.StandardInput.BaseStream.WriteAsync(Encoding.UTF8.GetBytes(server + "\n"), deadline.Token)
                        .ConfigureAwait(false);
                    process.StandardInput.Close();
                }
                catch (IOException)
                {
                    // It did not wait to be asked; its answer or exit code says why.
                }

                byte[] answer = await reading.ConfigureAwait(false)
                    ?? throw Failed(name, $"its answer is larger than {WebLimits.HelperAnswer} bytes");
                await drain.ConfigureAwait(false);
                await process.WaitForExitAsync(deadline.Token).ConfigureAwait(false);
                return process.ExitCode == 0 ? Parse(name, answer) : NoneOrFailed(name, process.ExitCode, answer);
            }
            finally
            {
                if (!process.HasExited)
                    process.Kill(entireProcessTree: true);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw Failed(name, $"it did not answer within {timeout.TotalSeconds:0.#} s and was ended");
        }
        catch (Exception e) when (e is Win32Exception or IOException)
        {
            throw Failed(name, "it cannot be started or read", e);
        }
    }

    // Process.Start would look beside this program and in the current directory first.
    private static string Locate(string name, string? searchPath)
    {
        if (name.Length is 0 or > 100 || name.Any(static c => !char.IsAsciiLetterOrDigit(c) && c is not ('.' or '_' or '-')))
            throw Failed(name, "a helper's name consists of letters, digits, '.', '_' and '-'");
        foreach (string directory in (searchPath ?? "").Split(':'))
        {
            if (!directory.StartsWith('/'))
                continue;
            string path = Path.Combine(directory, "docker-credential-" + name);
            if (File.Exists(path) && IsExecutable(path))
                return path;
        }

        throw new TrustException(
            "CredentialHelperNotFound",
            TrustErrorKind.NotFound,
            $"The credential helper docker-credential-{name} is not in PATH. Install it, " +
            "or take its name out of the auth file or registries.conf.")
        {
            Target = name,
        };
    }

    private static bool IsExecutable(string path) =>
        OperatingSystem.IsWindows()
            || (File.GetUnixFileMode(path) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0;

    private static async Task<byte[]?> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        using var answer = new MemoryStream();
        byte[] buffer = new byte[4096];
        int count;
        while ((count = await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            answer.Write(buffer, 0, count);
            if (answer.Length > WebLimits.HelperAnswer)
                return null;
        }

        return answer.ToArray();
    }

    private static RegistryCredential? Parse(string name, byte[] answer)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(answer);
            string user = "";
            string secret = "";
            foreach (JsonProperty member in document.RootElement.EnumerateObject())
            {
                if (member.Name.Equals("Username", StringComparison.OrdinalIgnoreCase))
                    user = member.Value.GetString() ?? "";
                else if (member.Name.Equals("Secret", StringComparison.OrdinalIgnoreCase))
                    secret = member.Value.GetString() ?? "";
            }

            string origin = $"the credential helper {name}";
            return user == "<token>" ? RegistryCredential.Of("", "", secret, origin) : RegistryCredential.Of(user, secret, null, origin);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Neither the answer nor the parser's message is shown: a secret may be in them.
            throw Failed(name, "its answer is not the JSON object that it should be");
        }
    }

    // A helper tells an error in words on its standard output.
    private static RegistryCredential? NoneOrFailed(string name, int exitCode, byte[] answer)
    {
        string words = Encoding.UTF8.GetString(answer).Trim();
        if (words.Contains(NotFoundWords, StringComparison.Ordinal))
            return null;
        string shown = words.Contains(NoUrlWords, StringComparison.Ordinal) || words.Contains(NoUserWords, StringComparison.Ordinal) ? words
            : $"it ended with exit code {exitCode}";
        throw Failed(name, shown);
    }

    private static TrustException Failed(string name, string problem, Exception? inner = null) =>
        new("CredentialHelperFailed", TrustErrorKind.ReadError,
            $"The credential helper docker-credential-{Printable.Of(name, Printable.NameLength)} failed: " +
            $"{Printable.Of(problem, Printable.NameLength)}. Run it by hand to see why, or log in with podman login.", inner)
            { Target = name };
}
