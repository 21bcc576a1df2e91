using ContainerTrust.Engine.Sigstore.Logs;
using ContainerTrust.Engine.Sigstore.Timestamps;

namespace ContainerTrust.Engine.Sigstore.Roots;

/// <summary>
/// What a sigstore instance is trusted for: its CAs, transparency logs, logs of certificates and time stamp authorities, each with the
/// time in which it counts (<c>sigstore_trustroot.proto</c>, <c>TrustedRoot</c>).
/// </summary>
/// <param name="Authorities">The CAs that certify signers.</param>
/// <param name="Logs">The logs of signatures.</param>
/// <param name="CertificateLogs">The logs of certificates. Empty if none is named; then certificates need not be in one.</param>
/// <param name="TimestampAuthorities">Who proves times.</param>
/// <param name="Warnings">Sentences about what was passed over, or is not checked; empty if nothing is.</param>
internal sealed record TrustedRoot(
    IReadOnlyList<FulcioAuthority> Authorities,
    IReadOnlyList<TransparencyLog> Logs,
    IReadOnlyList<CertificateLog> CertificateLogs,
    IReadOnlyList<TimestampAuthority> TimestampAuthorities,
    IReadOnlyList<string> Warnings);
