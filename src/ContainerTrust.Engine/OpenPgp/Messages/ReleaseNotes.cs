using ContainerTrust.Engine.OpenPgp.Certificates;
using ContainerTrust.Engine.OpenPgp.Packets;

namespace ContainerTrust.Engine.OpenPgp.Messages;

/// <summary>Which releases and builds of podman and skopeo refuse a signature that is good here.</summary>
internal static class ReleaseNotes
{
    private const string BySubkey =
        "It was made by a subkey, which podman 5.6 and older (containers/image before 5.37) refuse if built with gpgme.";

    private const string Version3 =
        "It is of version 3, which podman and skopeo of July 2026 and later refuse if built with Go's OpenPGP (not with gpgme).";

    private const string Version6 =
        "It is of version 6, which GnuPG does not read: podman and skopeo built with gpgme, as on RHEL and CentOS, refuse it.";

    private const string Composite =
        "Its key is an ML-DSA key of the OpenPGP draft for post-quantum cryptography, which only builds with a recent Sequoia know.";

    /// <summary>What is to be said of a good signature.</summary>
    /// <param name="signature">The signature.</param>
    /// <param name="certificate">The signer's certificate.</param>
    /// <param name="key">The key of it that made the signature.</param>
    /// <param name="refusalBySequoia">
    /// A key file that Sequoia refuses whole, and what it has that is the reason. Null if there is none.
    /// </param>
    /// <returns>Sentences; null if nothing is.</returns>
    public static string? Of(
        in SignaturePacket signature, JudgedCertificate certificate, JudgedKey key, (string File, string What)? refusalBySequoia)
    {
        string? ofVersion = signature.Version switch
        {
            3 => Version3,
            6 => Version6,
            _ => null,
        };
        string?[] notes =
        [
            key != certificate.Primary ? BySubkey : null,
            ofVersion,
            key.Packet.IsComposite ? Composite : null,
            certificate.LossByGnuPg is { } loss
                ? $"podman and skopeo built with gpgme refuse it, as GnuPG loses its key: {loss}. "
                    + CertificateWarnings.OwnFile : null,
            refusalBySequoia is { } refusal
                ? $"podman built with Sequoia (Fedora 43 and later) refuses the key file {refusal.File} whole, as it has "
                    + $"{refusal.What}." : null,
        ];
        return Array.Exists(notes, static n => n is not null) ? string.Join(' ', notes.Where(static n => n is not null)) : null;
    }
}
