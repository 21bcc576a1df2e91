using System.Text;
using ContainerTrust.Engine.Formats.Documents;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Engine.MachineConfig;

/// <summary>A file that is to be written.</summary>
/// <param name="Path">Its path.</param>
/// <param name="Content">Its new content.</param>
/// <param name="Expected">The file as it was read; null if it is new.</param>
public sealed record MachineConfigOutputFile(string Path, ReadOnlyMemory<byte> Content, HostFile? Expected);

/// <summary>
/// Writes MachineConfigs into a directory: of each the Butane config (<c>.bu</c>) and the document (<c>.yaml</c>), named like it.
/// </summary>
public static class MachineConfigOutput
{
    /// <summary>Works out which files are to be written. Those that are there already with the same content are not among them.</summary>
    /// <param name="host">The host.</param>
    /// <param name="directory">An absolute path; it need not be there.</param>
    /// <param name="configs">MachineConfigs that were made.</param>
    /// <returns>The files.</returns>
    /// <exception cref="TrustException">A file is there that is something else (<c>FileExists</c>), or cannot be read.</exception>
    public static IReadOnlyList<MachineConfigOutputFile> Plan(ITrustHost host, string directory, IReadOnlyList<MachineConfigTrust> configs)
    {
        ArgumentNullException.ThrowIfNull(host);
        ArgumentNullException.ThrowIfNull(directory);
        ArgumentNullException.ThrowIfNull(configs);
        List<MachineConfigOutputFile> files = [];
        foreach (MachineConfigTrust config in configs)
        {
            foreach ((string extension, string? text) in new[] { (".bu", config.Butane), (".yaml", config.Yaml) })
            {
                if (text is null)
                    continue;
                string path = $"{directory.TrimEnd('/')}/{config.Name}{extension}";
                byte[] content = Encoding.UTF8.GetBytes(text);
                HostFile? present = host.TryReadFile(path, MachineConfigReader.MaxBytes);
                if (present is not null && !IsOf(config.Name, present))
                    throw new TrustException(
                        "FileExists",
                        TrustErrorKind.InvalidArgument,
                        $"{path} exists and is not as it was made here: it is something else, or was written or changed by hand, so "
                            + "it is not replaced. Move it away, or name another directory.")
                    {
                        Target = path,
                    };
                if (present is null || !present.Content.Span.SequenceEqual(content))
                    files.Add(new MachineConfigOutputFile(path, content, present));
            }
        }

        return files;
    }

    /// <summary>Writes files, each atomically; the directory is made if it is missing.</summary>
    /// <param name="host">The host.</param>
    /// <param name="directory">The directory that they were planned for.</param>
    /// <param name="files">The files.</param>
    /// <param name="messages">Where words for the user go.</param>
    /// <param name="cancellationToken">Ends the wait for other writers.</param>
    /// <exception cref="TrustException">A file cannot be written, or was changed meanwhile.</exception>
    public static void Write(ITrustHost host, string directory, IReadOnlyList<MachineConfigOutputFile> files, TrustMessages messages,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(host);
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(messages);
        if (files.Count == 0)
            return;
        using IHostChange change = host.BeginChange([directory], new TrustEditOptions().LockTimeout, cancellationToken);
        foreach (MachineConfigOutputFile file in files)
            change.RequireWritable(file.Path);
        foreach (MachineConfigOutputFile file in files)
        {
            change.Replace(file.Path, file.Content.Span, file.Expected);
            messages.Verbose($"{(file.Expected is null ? "Created" : "Changed")} {file.Path}.");
        }

        foreach (string warning in change.Warnings)
            messages.Warning(warning);
    }

    // Only what has nothing in it but what is written here, to the byte, is replaced: comments and whatever else somebody added would be
    // lost.
    private static bool IsOf(string name, HostFile file)
    {
        try
        {
            if (MachineConfigReader.ReadDocuments(file.Content, file.Path,
                TrustMessages.None) is not [{ IgnitionVersion: { } ignition, Unreadable.Count: 0 } document] || document.Name != name)
                return false;
            string text = document.OpenShiftVersion is { } version
                ? ButaneText.Write(name, document.Labels, IgnitionVersions.For(version), document.Files)
                : DocumentYaml.ButaneHeader +
                    DocumentYaml.Write(MachineConfigShape.ToNode(name, document.Labels, document.Annotations, ignition, document.Files));
            return file.Content.Span.SequenceEqual(Encoding.UTF8.GetBytes(text));
        }
        catch (TrustException)
        {
            // What cannot be read is something else.
            return false;
        }
    }
}
