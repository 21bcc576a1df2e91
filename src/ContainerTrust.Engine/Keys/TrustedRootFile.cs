using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Sigstore;

namespace ContainerTrust.Engine.Keys;

/// <summary>A <c>trusted_root.json</c> of this machine, looked at before any image is fetched.</summary>
internal static class TrustedRootFile
{
    /// <summary>Refuses a file that nothing could be judged by.</summary>
    /// <param name="path">The file.</param>
    /// <param name="oidcIssuer">The OIDC issuer that must have authenticated the signer.</param>
    /// <param name="subject">The signer's e-mail address, or its URI.</param>
    /// <exception cref="TrustException">It cannot be used (<c>InvalidTrustedRoot</c>).</exception>
    public static void RequireUsable(string path, string oidcIssuer, string subject)
    {
        ReadOnlyMemory<byte> content = LocalHost.Instance.TryReadFile(path, KeyMaterialFiles.MaxBytes) is { } file ? file.Content : default;
        _ = SigstoreTrust.FromTrustedRoot(new SigstoreKeySource(path, content), oidcIssuer, subject);
    }
}
