using ContainerTrust.Engine.OpenPgp.Certificates;
using ContainerTrust.Engine.OpenPgp.Packets;

namespace ContainerTrust.Engine.OpenPgp.Consumers;

/// <summary>
/// What the judged host itself verifies OpenPGP with, where no release was named: what it is known not to take is not good. It is asked
/// for only where that matters.
/// </summary>
/// <param name="find">
/// Finds the library: GnuPG where the host is known to have one up to 2.3, Sequoia where it is known to have that, null where it is not
/// known.
/// </param>
internal sealed class HostOpenPgp(Func<OpenPgpLibrary?> find)
{
    private readonly Lazy<OpenPgpLibrary?> _library = new(find);

    /// <summary>Whether its GnuPG is known to stop at keys of version 6.</summary>
    public bool HasOlderGnuPg => _library.Value == OpenPgpLibrary.GnuPg;

    /// <summary>Why it refuses a signature that is good otherwise.</summary>
    /// <param name="signature">The signature.</param>
    /// <param name="certificate">The signer's certificate.</param>
    /// <param name="key">The key of it that made the signature.</param>
    /// <returns>A sentence; null if it takes it, or if nothing is known.</returns>
    public string? WhyRefused(in SignaturePacket signature, JudgedCertificate certificate, JudgedKey key)
    {
        try
        {
            return WhyNot(signature, certificate, key);
        }
        catch (TrustException e)
        {
            return $"What this host verifies with is not known: {e.Message}";
        }
    }

    private string? WhyNot(in SignaturePacket signature, JudgedCertificate certificate, JudgedKey key)
    {
        if (OpenPgpConsumer.WhyNotByGnuPg(signature, certificate, key) is { } why && HasOlderGnuPg)
            return $"podman and skopeo on this host refuse this signature: it {why}.";
        bool isComposite = key.Packet.IsComposite || certificate.Primary.Packet.IsComposite;
        return isComposite && _library.Value != OpenPgpLibrary.Sequoia
            ? "It is by an ML-DSA key, which only builds with a recent Sequoia take (Fedora 43 and later), and this host is not known to "
                + "have one." : null;
    }
}
