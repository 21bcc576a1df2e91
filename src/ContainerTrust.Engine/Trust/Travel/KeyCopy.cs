namespace ContainerTrust.Engine.Trust.Travel;

/// <summary>A key or certificate file that is put on a host along with a change that names it.</summary>
/// <param name="Path">Where it is put, as the host names it.</param>
/// <param name="Content">The file.</param>
/// <param name="Source">Where it was read, for messages.</param>
public sealed record KeyCopy(string Path, ReadOnlyMemory<byte> Content, string Source)
{
    /// <summary>Where such files are put on hosts, unless another directory is named.</summary>
    public const string Directory = "/etc/pki/containers";
}
