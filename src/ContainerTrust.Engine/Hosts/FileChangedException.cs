namespace ContainerTrust.Engine.Hosts;

/// <summary>
/// A file was changed by somebody who does not take our lock, between reading and writing. Nothing was written; read again and retry.
/// </summary>
internal sealed class FileChangedException : TrustException
{
    /// <summary>Creates an error.</summary>
    /// <param name="path">The file.</param>
    public FileChangedException(string path)
        : base("FileChanged", TrustErrorKind.ResourceBusy,
            $"{path} was changed by another program while it was being edited. It was not written; run the command again.")
    {
        Target = path;
    }
}
