using System.Text;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Engine.ImageMode;

/// <summary>A file that is to be written.</summary>
/// <param name="Path">Its path on this machine.</param>
/// <param name="Content">Its new content.</param>
/// <param name="Expected">The file as it was read; null if it is new.</param>
public sealed record ImageLayerOutputFile(string Path, ReadOnlyMemory<byte> Content, HostFile? Expected);

/// <summary>Writes what is put into an image to a directory, which is then the build context, or part of it.</summary>
public static class ImageLayerOutput
{
    /// <summary>The name of the file with the lines of the Containerfile.</summary>
    public const string FileName = "Containerfile.trust";

    private const int MaxBytes = 16 << 20;

    /// <summary>Works out which files are to be written. Those that are there already with the same content are not among them.</summary>
    /// <param name="host">The host.</param>
    /// <param name="directory">An absolute path; it need not be there.</param>
    /// <param name="layer">What was made.</param>
    /// <param name="force">Whether files of other content are replaced.</param>
    /// <returns>The files.</returns>
    /// <exception cref="TrustException">A file of other content is there (<c>FileExists</c>), or cannot be read.</exception>
    public static IReadOnlyList<ImageLayerOutputFile> Plan(ITrustHost host, string directory, ImageTrustLayer layer, bool force)
    {
        ArgumentNullException.ThrowIfNull(host);
        ArgumentNullException.ThrowIfNull(directory);
        ArgumentNullException.ThrowIfNull(layer);
        if (directory.TrimEnd('/').Length == 0)
            throw new TrustException(
                "InvalidOutputDirectory",
                TrustErrorKind.InvalidArgument,
                $"{TrustOption.OutputDirectory} is /, and the files would become those of this machine. Specify the build's directory.")
            {
                Target = directory,
            };
        List<ImageLayerOutputFile> files = [];
        foreach ((string name, byte[] content) in layer.Files.Select(static f => (f.Source, f.Content))
            .Append((FileName, Encoding.UTF8.GetBytes(layer.Containerfile))))
        {
            string path = $"{directory.TrimEnd('/')}/{name}";
            RequireNoLink(host, directory.TrimEnd('/'), name);
            HostFile? present = host.TryReadFile(path, MaxBytes);
            if (present is not null && present.Content.Span.SequenceEqual(content))
                continue;
            if (present is not null && !force)
                throw new TrustException(
                    "FileExists",
                    TrustErrorKind.InvalidArgument,
                    $"{path} exists with other content. Specify another {TrustOption.OutputDirectory}, or {TrustOption.Force} to replace " +
                    "it.")
                {
                    Target = path,
                };
            files.Add(new ImageLayerOutputFile(path, content, present));
        }

        return files;
    }

    // A build takes what is below its directory: through a link, files of others would be written, and another file be taken.
    private static void RequireNoLink(ITrustHost host, string directory, string name)
    {
        string real = host.ResolvePath(directory);
        string below = "";
        foreach (string part in name.Split('/'))
        {
            below += "/" + part;
            string resolved = host.ResolvePath(directory + below);
            if (resolved != real + below && resolved != directory + below)
                throw new TrustException(
                    "LinkInOutputDirectory",
                    TrustErrorKind.PermissionDenied,
                    $"{directory}{below} is a symbolic link, and nothing is written through it. Remove it, or specify another " +
                    $"{TrustOption.OutputDirectory}.")
                {
                    Target = directory + below,
                };
        }
    }

    /// <summary>Writes files, each atomically; directories are made where they are missing.</summary>
    /// <param name="host">The host.</param>
    /// <param name="files">The files.</param>
    /// <param name="messages">Where words for the user go.</param>
    /// <param name="cancellationToken">Ends the wait for other writers.</param>
    /// <exception cref="TrustException">A file cannot be written, or was changed meanwhile.</exception>
    public static void Write(ITrustHost host, IReadOnlyList<ImageLayerOutputFile> files, TrustMessages messages,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(host);
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(messages);
        if (files.Count == 0)
            return;
        string[] directories = [.. files.Select(static f => f.Path[..f.Path.LastIndexOf('/')]).Distinct()];
        using IHostChange change = host.BeginChange(directories, new TrustEditOptions().LockTimeout, cancellationToken);
        foreach (ImageLayerOutputFile file in files)
            change.RequireWritable(file.Path);
        foreach (ImageLayerOutputFile file in files)
        {
            change.Replace(file.Path, file.Content.Span, file.Expected);
            messages.Verbose($"{(file.Expected is null ? "Created" : "Changed")} {file.Path}.");
        }

        foreach (string warning in change.Warnings)
            messages.Warning(warning);
    }
}
