using ContainerTrust.Engine.OpenPgp.Certificates;
using ContainerTrust.Engine.OpenPgp.Packets;

namespace ContainerTrust.Engine.OpenPgp.Consumers;

/// <summary>
/// A release of podman or another program, as a judge of OpenPGP signatures. It only refuses: what is not good by the rules of this
/// product is not good for anyone, and where it is not known whether a release takes something, it counts as refused.
/// </summary>
/// <param name="Program">The program and its version: <c>podman 5.4</c>.</param>
/// <param name="Library">What it verifies with.</param>
/// <param name="ImageFrom">The oldest containers/image 5 that it may be built with: the number after the first dot.</param>
/// <param name="ImageTo">The newest one.</param>
internal sealed record OpenPgpConsumer(string Program, OpenPgpLibrary Library, int ImageFrom, int ImageTo)
{
    // A signature by a subkey counts as its primary key's since containers/image 5.37; before, GnuPG and Go gave the subkey's fingerprint.
    private const int TakesSubkeys = 37;

    // Go's OpenPGP is ProtonMail's since July 2026, which knows no signatures of version 3.
    private const int HasOtherGo = 41;

    // Sequoia's StandardPolicy, which a host's crypto policy can make stricter or wider.
    private const int SequoiaFactoringBits = 2048;

    /// <summary>
    /// The same program with another library, which must accept too: where it is not known which of the two a build has. Null for none.
    /// </summary>
    public OpenPgpConsumer? Other { get; init; }

    /// <summary>The program, its version and what it is built with, for words to the user.</summary>
    public string Name => Other is null ? OwnName : $"{OwnName} or {Other.LibraryName}";

    /// <summary>The key files as it reads them.</summary>
    public KeyFileReading Reading => Library switch
    {
        OpenPgpLibrary.GnuPg => KeyFileReading.GnuPg,
        OpenPgpLibrary.Sequoia => KeyFileReading.Sequoia,
        _ => ImageFrom >= HasOtherGo ? KeyFileReading.NewerGo : KeyFileReading.Go,
    };

    private string OwnName => $"{Program} built with {LibraryName}";

    private string LibraryName => Library switch
    {
        OpenPgpLibrary.GnuPg => "gpgme (GnuPG)",
        OpenPgpLibrary.Sequoia => "Sequoia",
        _ => "Go's OpenPGP",
    };

    /// <summary>Why it refuses a signature that is good otherwise.</summary>
    /// <param name="signature">The signature.</param>
    /// <param name="certificate">The signer's certificate.</param>
    /// <param name="key">The key of it that made the signature.</param>
    /// <param name="form">How the message is written.</param>
    /// <returns>A sentence; null if it takes it.</returns>
    public string? WhyRefused(in SignaturePacket signature, JudgedCertificate certificate, JudgedKey key, MessageForm form)
    {
        string? why = key != certificate.Primary && Library != OpenPgpLibrary.Sequoia && ImageFrom < TakesSubkeys
            ? "was made by a subkey, which containers/image before 5.37 does not take for its primary key"
            : Library switch
            {
                OpenPgpLibrary.GnuPg => WhyNotByGnuPg(signature, certificate, key),
                OpenPgpLibrary.Sequoia => WhyNotBySequoia(signature, certificate, key),
                _ => WhyNotByGo(signature, certificate, key, form),
            };
        return why is null ? null : $"{OwnName} refuses this signature: it {why}.";
    }

    /// <summary>Why GnuPG up to 2.4 refuses a signature.</summary>
    /// <param name="signature">The signature.</param>
    /// <param name="certificate">The signer's certificate.</param>
    /// <param name="key">The key of it that made the signature.</param>
    /// <returns>A clause that follows "it"; null if it takes it.</returns>
    public static string? WhyNotByGnuPg(in SignaturePacket signature, JudgedCertificate certificate, JudgedKey key) =>
        signature.Version == 6 ? "is of version 6, which GnuPG does not read"
        : IsSha3(signature.HashAlgorithm)
            ? $"uses the hash {HashAlgorithms.Name(signature.HashAlgorithm)}, which GnuPG does not know"
        : NewerEddsa(key.Packet) ?? NewerEddsa(certificate.Primary.Packet)
            ?? (IsAnyStatement(certificate, key, HasSha3)
                ? "is by a key whose own statements are made with SHA-3, which GnuPG does not know" : null);

    private static string? NewerEddsa(PublicKeyPacket key) => key.Algorithm is PublicKeyAlgorithm.Ed25519 or PublicKeyAlgorithm.Ed448
        ? $"is by a key of the algorithm {(int)key.Algorithm} ({key.AlgorithmName} as RFC 9580 has it), which GnuPG does not know" : null;

    private static string? WhyNotBySequoia(in SignaturePacket signature, JudgedCertificate certificate, JudgedKey key) =>
        signature.Version == 3 ? "is of version 3, which Sequoia refuses unless the host's crypto policy allows it"
        : key.Packet.IsComposite || certificate.Primary.Packet.IsComposite
            ? "is by an ML-DSA key, which Sequoia knows only if built with a library that has it"
        : IsSha3(signature.HashAlgorithm)
            ? $"uses the hash {HashAlgorithms.Name(signature.HashAlgorithm)}, which not every build of Sequoia knows"
        : IsAnyStatement(certificate, key, HasSha3)
            ? "is by a key whose own statements are made with SHA-3, which not every build of Sequoia knows"
        : (OddCurve(key.Packet) ?? OddCurve(certificate.Primary.Packet)) is { } curve
            ? $"is by a key of the curve {curve}, which not every build of Sequoia knows"
        : IsShort(key.Packet) || IsShort(certificate.Primary.Packet)
            ? "is by an RSA or DSA key of less than 2,048 bits, which Sequoia refuses unless the host's crypto policy allows it"
        : IsAnyStatement(certificate, key, static s => OpenPgpRules.Current.WeakHashes.Contains(s.HashAlgorithm))
            ? "is by a key whose own statements are made with SHA-1 or a weaker hash, and whether Sequoia takes those is for the host's "
                + "crypto policy"
        : null;

    private string? WhyNotByGo(in SignaturePacket signature, JudgedCertificate certificate, JudgedKey key, MessageForm form) =>
        form.IsArmored ? "is armored, and Go's OpenPGP reads binary signatures alone"
        : form.IsOldStyle ? "stands before the content with no one-pass packet, which Go's OpenPGP does not take for a signed message"
        : signature.Version == 3 && ImageTo >= HasOtherGo ? "is of version 3, which Go's OpenPGP has not read since containers/image 5.41"
        : signature.Version == 6 ? "is of version 6, which Go's OpenPGP does not read"
        : IsSha3(signature.HashAlgorithm)
            ? $"uses the hash {HashAlgorithms.Name(signature.HashAlgorithm)}, which Go's OpenPGP does not know"
        : NotOfGo(key.Packet) ?? NotOfGo(certificate.Primary.Packet)
            ?? (!GoPackets.IsReadable(signature, ImageFrom >= HasOtherGo)
                ? "is of a kind, or has a critical part, that Go's OpenPGP does not know"
            : IsAnyStatement(certificate, key, HasSha3)
                ? "is by a key whose own statements are made with SHA-3, which Go's OpenPGP does not know"
            : !certificate.UserIds.Any(static u => u.Statements.Any(static s => GoPackets.IsSelfCertification(s.Type)))
                ? "is by a key without a user id that it has certified as Go's OpenPGP wants it (0x10 or 0x13)" : null);

    private string? NotOfGo(PublicKeyPacket key) => GoPackets.IsReadable(key, ImageFrom >= HasOtherGo) ? null
        : $"is by a key of the algorithm {key.AlgorithmName}{(key.Curve is { } curve ? $" ({curve.Name})" : "")}"
            + $"{(key.ExponentLength > GoPackets.LongestExponent ? " with a long exponent" : "")}, which Go's OpenPGP does not know";

    private static bool IsSha3(byte hash) => hash is HashAlgorithms.Sha3With256 or HashAlgorithms.Sha3With512;

    // In itself, or in the subkey's own signature that is in its binding.
    private static bool HasSha3(OwnStatement statement)
    {
        _ = SignaturePacket.Parse(statement.Raw.Body, out var signature);
        return IsSha3(statement.HashAlgorithm) || HasSha3(signature.HashedArea) || HasSha3(signature.UnhashedArea);
    }

    private static bool HasSha3(ReadOnlySpan<byte> area)
    {
        var reader = new SubpacketReader(area);
        while (reader.TryRead(out SubpacketType type, out _, out var value))
        {
            if (type != SubpacketType.EmbeddedSignature)
                continue;
            _ = SignaturePacket.Parse(value, out var embedded);
            if (IsSha3(embedded.HashAlgorithm))
                return true;
        }

        return false;
    }

    private static string? OddCurve(PublicKeyPacket key) =>
        key.Curve == EllipticCurve.Secp256k1 || key.Curve == EllipticCurve.BrainpoolP256r1 || key.Curve == EllipticCurve.BrainpoolP384r1
            || key.Curve == EllipticCurve.BrainpoolP512r1 ? key.Curve.Name : null;

    private static bool IsShort(PublicKeyPacket key) =>
        key.Algorithm is PublicKeyAlgorithm.Rsa or PublicKeyAlgorithm.RsaSignOnly or PublicKeyAlgorithm.Dsa
        && key.Size < SequoiaFactoringBits;

    // The statements that say what the key is now. Older ones do not matter.
    private static bool IsAnyStatement(JudgedCertificate certificate, JudgedKey key, Func<OwnStatement, bool> isMeant) =>
        certificate.Primary.Statements.Concat(certificate.UserIds.SelectMany(static u => u.Newest.Candidates)).Concat(key.Newest.Candidates)
            .Any(isMeant);
}
