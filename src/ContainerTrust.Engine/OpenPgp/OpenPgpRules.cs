using ContainerTrust.Engine.OpenPgp.Packets;

namespace ContainerTrust.Engine.OpenPgp;

/// <summary>
/// Every decision about what OpenPGP data is good enough: algorithms, hashes, sizes, critical parts, dates, and how much work a file may
/// cause. Parsing knows nothing of it but the bounds; whoever judges asks here, so that a rule is changed in one place for what is shown,
/// set, audited, merged and verified.
/// </summary>
internal sealed record OpenPgpRules
{
    /// <summary>The rules of this release: GnuPG 2.2's, and stricter where the comments say so.</summary>
    public static OpenPgpRules Current { get; } = new();

    /// <summary>RSA and DSA keys of fewer bits are not used. (GnuPG uses them; anybody with some money can break them.)</summary>
    public int MinFactoringBits { get; init; } = 1024;

    /// <summary>RSA keys of fewer bits are used, and called weak.</summary>
    public int WeakFactoringBits { get; init; } = 2048;

    /// <summary>Longer DSA keys are not used: a signature would take seconds.</summary>
    public int MaxDsaBits { get; init; } = 4096;

    /// <summary>The shortest and the longest order of a DSA key, in bits; whole octets (FIPS 186-4 section 4.2).</summary>
    public (int Min, int Max) DsaOrderBits { get; init; } = (160, 512);

    /// <summary>The longest exponent of an RSA key, in bits: the framework takes no longer one.</summary>
    public int MaxRsaExponentBits { get; init; } = 64;

    /// <summary>The largest number that GnuPG reads, in bits.</summary>
    public int MaxIntegerBits { get; init; } = 16384;

    /// <summary>The longest subpacket area that GnuPG reads. It imports nothing of a file that has a longer one.</summary>
    public int MaxAreaLength { get; init; } = 10_000;

    /// <summary>
    /// The most octets that GnuPG reads of a signature whose algorithm it does not know. It imports nothing of a file that has more.
    /// </summary>
    public int MaxOpaqueLength { get; init; } = 5 * 16384 / 8;

    /// <summary>The longest user id that GnuPG reads, in octets; it skips longer ones.</summary>
    public int MaxUserIdLength { get; init; } = 2048;

    /// <summary>
    /// The longest user id that GnuPG writes, in octets. It imports neither a key with one that it reads and cannot write, nor what
    /// follows in the file.
    /// </summary>
    public int MaxStoredUserIdLength { get; init; } = 2038;

    /// <summary>A certificate with more statements that may be its owner's is not used: verifying them all would take too long.</summary>
    public int MaxStatements { get; init; } = 1000;

    /// <summary>
    /// What verifying the statements of one certificate may cost; one that costs more is not used. Thousands of statements that belong
    /// nowhere would otherwise be tried against thousands of user ids. A hash costs one, a verification <see cref="VerificationWork"/>
    /// times its <see cref="VerificationKey.Cost"/>.
    /// </summary>
    public int MaxWork { get; init; } = 80_000;

    /// <summary>
    /// What making the keys and verifying the statements of all certificates together may cost, in the same units; certificates that come
    /// after it is used up are not used. It is enough for a thousand keys with several user ids and subkeys each. What may be tried of
    /// revocations by others is the same again.
    /// </summary>
    public int MaxWorkInAll { get; init; } = 125_000;

    /// <summary>What the cheapest verification costs beside a hash.</summary>
    public int VerificationWork { get; init; } = 20;

    /// <summary>
    /// More revocations of a key by others that do not hold than this, and it counts as revoked: verifying them all would take too long.
    /// </summary>
    public int MaxForeignRevocations { get; init; } = 100;

    /// <summary>
    /// What trying revocations that stand elsewhere with keys that they do not name may cost. GnuPG does not try that at all, so if it
    /// costs more, the rest is left, with a warning. A hash costs one, a verification
    /// <see cref="VerificationWork"/> times its <see cref="VerificationKey.Cost"/>.
    /// </summary>
    public int MaxLooseRevocationWork { get; init; } = 80_000;

    /// <summary>
    /// Hashes that a message may be signed with. Not SHA-1 and not RIPEMD-160, which is built alike, although GnuPG 2.2 takes both: two
    /// claims with the same hash can be made for the price of a car, and no image is signed that way any more.
    /// </summary>
    public IReadOnlyList<byte> MessageHashes { get; init; } =
    [
        HashAlgorithms.Sha224, HashAlgorithms.Sha256, HashAlgorithms.Sha384, HashAlgorithms.Sha512, HashAlgorithms.Sha3With256,
        HashAlgorithms.Sha3With512,
    ];

    /// <summary>
    /// Hashes with which a key may give itself something. SHA-1 and RIPEMD-160 are among them: nobody else chooses what a key says of
    /// itself.
    /// </summary>
    public IReadOnlyList<byte> StatementHashes { get; init; } =
    [
        HashAlgorithms.Sha1, HashAlgorithms.RipeMd160, HashAlgorithms.Sha224, HashAlgorithms.Sha256, HashAlgorithms.Sha384,
        HashAlgorithms.Sha512,
        HashAlgorithms.Sha3With256, HashAlgorithms.Sha3With512,
    ];

    /// <summary>Hashes of which collisions can be made, or that are built like one of these.</summary>
    public IReadOnlyList<byte> WeakHashes { get; init; } = [HashAlgorithms.Md5, HashAlgorithms.Sha1, HashAlgorithms.RipeMd160];

    /// <summary>Algorithms that make signatures.</summary>
    public IReadOnlyList<PublicKeyAlgorithm> SigningAlgorithms { get; init; } =
    [
        PublicKeyAlgorithm.Rsa, PublicKeyAlgorithm.RsaSignOnly, PublicKeyAlgorithm.Dsa, PublicKeyAlgorithm.Ecdsa,
        PublicKeyAlgorithm.EddsaLegacy,
        PublicKeyAlgorithm.Ed25519, PublicKeyAlgorithm.Ed448,
    ];

    /// <summary>
    /// Subpackets that may be critical: GnuPG 2.2's list. A notation is understood by nobody here, so a critical one is not.
    /// </summary>
    public IReadOnlyList<SubpacketType> UnderstoodParts { get; init; } =
    [
        SubpacketType.SignatureCreationTime, SubpacketType.SignatureExpirationTime, SubpacketType.ExportableCertification,
        SubpacketType.TrustSignature,
        SubpacketType.RegularExpression, SubpacketType.Revocable, SubpacketType.KeyExpirationTime, SubpacketType.PreferredSymmetricCiphers,
        SubpacketType.RevocationKey, SubpacketType.IssuerKeyId, SubpacketType.PreferredHashes, SubpacketType.PreferredCompression,
        SubpacketType.PreferredKeyServer, SubpacketType.PrimaryUserId, SubpacketType.PolicyUri, SubpacketType.KeyFlags,
        SubpacketType.RevocationReason, SubpacketType.Features, SubpacketType.EmbeddedSignature, SubpacketType.IssuerFingerprint,
    ];

    /// <summary>What may be critical in version 6 besides, which GnuPG 2.2 does not know.</summary>
    public IReadOnlyList<SubpacketType> UnderstoodByVersion6 { get; init; } =
        [SubpacketType.KeyServerPreferences, SubpacketType.PreferredAeadAlgorithms, SubpacketType.PreferredAeadCiphersuites];

    /// <summary>The key flag for signing data (RFC 9580 section 5.2.3.29).</summary>
    public byte SigningFlag { get; init; } = 0x02;

    /// <summary>Whether a statement that is older than the key gives something. To GnuPG it is not a statement of the key.</summary>
    public bool TakesOlderThanKey { get; init; }

    /// <summary>Whether a subpacket may be critical.</summary>
    /// <param name="type">Its type.</param>
    /// <param name="version">The signature's version.</param>
    /// <returns>False if a signature with it must not be relied on.</returns>
    public bool Understands(SubpacketType type, byte version) =>
        UnderstoodParts.Contains(type) || (version == 6 && UnderstoodByVersion6.Contains(type));

    /// <summary>Whether a signature's version and hash algorithm are known and fit each other.</summary>
    /// <param name="signature">A signature.</param>
    /// <returns>False if nobody here can tell who made it.</returns>
    public bool CanCheck(in SignaturePacket signature) =>
        HashAlgorithms.Length(signature.HashAlgorithm) > 0
        && (signature.Version != 6 || signature.Salt.Length == HashAlgorithms.SaltLength(signature.HashAlgorithm))
        && signature.HashedArea.Length <= MaxAreaLength && signature.UnhashedArea.Length <= MaxAreaLength;

    /// <summary>Whether a signature may name an algorithm and be a key's: the numbers for RSA share one form.</summary>
    /// <param name="signature">What the signature names.</param>
    /// <param name="key">The key's.</param>
    /// <returns>True if so.</returns>
    public bool IsSameAlgorithm(PublicKeyAlgorithm signature, PublicKeyAlgorithm key) =>
        SigningAlgorithms.Contains(signature) && (signature == key || (IsRsa(signature) && IsRsa(key)));

    /// <summary>
    /// The shortest hash that a signature over an elliptic curve may have, in octets: GnuPG refuses one that is shorter than the curve;
    /// for P-521, which is longer than any hash, the longest one is enough.
    /// </summary>
    /// <param name="orderOctets">Octets of the group's order.</param>
    /// <returns>Octets.</returns>
    public int MinHashLength(int orderOctets) => Math.Min(orderOctets, LongestHash);

    /// <summary>
    /// Whether key flags allow signatures (RFC 9580 section 5.2.3.29); a key without flags may do what its algorithm can.
    /// </summary>
    /// <param name="flags">First octet of the key flags, or null.</param>
    /// <returns>True if allowed.</returns>
    public bool AllowSigning(byte? flags) => flags is not { } octet || (octet & SigningFlag) != 0;

    /// <summary>Whether a statement is of a time at which the key could make it.</summary>
    /// <param name="created">When the statement was made.</param>
    /// <param name="keyCreated">When the key was made.</param>
    /// <returns>True if so.</returns>
    public bool IsTimely(uint created, uint keyCreated) => created >= keyCreated || TakesOlderThanKey;

    /// <summary>
    /// When something ends (RFC 9580 sections 5.2.3.13 and 5.2.3.18). A sum that no 32-bit time can hold is the end of time for the
    /// standard and the beginning of it for GnuPG, which wraps it; here, too, it has ended.
    /// </summary>
    /// <param name="created">Its creation, seconds since 1970 UTC.</param>
    /// <param name="seconds">Its lifetime; 0 for no end.</param>
    /// <returns>Seconds since 1970 UTC; null for no end.</returns>
    public long? End(uint created, uint seconds) => seconds == 0 ? null : IsImpossible(created, seconds) ? 0 : (long)created + seconds;

    /// <summary>Whether no 32-bit time can hold the end: readers differ on what that means.</summary>
    /// <param name="created">Its creation, seconds since 1970 UTC.</param>
    /// <param name="seconds">Its lifetime; 0 for no end.</param>
    /// <returns>True if so.</returns>
    public bool IsImpossible(uint created, uint seconds) => (long)created + seconds > LastTime;

    /// <summary>Whether something has ended.</summary>
    /// <param name="created">Its creation, seconds since 1970 UTC.</param>
    /// <param name="seconds">Its lifetime; 0 for no end.</param>
    /// <param name="now">Seconds since 1970 UTC.</param>
    /// <returns>True from the second of the end on.</returns>
    public bool HasEnded(uint created, uint seconds, long now) => End(created, seconds) is { } end && end <= now;

    private int LongestHash { get; init; } = HashAlgorithms.MaxLength;

    private long LastTime { get; init; } = uint.MaxValue;

    private static bool IsRsa(PublicKeyAlgorithm algorithm) => algorithm is PublicKeyAlgorithm.Rsa or PublicKeyAlgorithm.RsaSignOnly;
}
