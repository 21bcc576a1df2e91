using System.Globalization;
using ContainerTrust.Engine.OpenPgp.Certificates;
using ContainerTrust.Engine.OpenPgp.Consumers;
using ContainerTrust.Engine.OpenPgp.Messages;
using ContainerTrust.Engine.OpenPgp.Packets;

namespace ContainerTrust.Engine.OpenPgp;

/// <summary>
/// Public keys that image signatures are verified with. Immutable: one keyring serves any number of verifications on any number of
/// threads, and its keys are prepared once. The rules are those of <c>gpg</c> 2.2 as <c>skopeo</c> and <c>podman</c> ask it through
/// gpgme, in an empty home directory.
/// </summary>
/// <remarks>
/// Stricter than that: a message must not be signed with SHA-1 or RIPEMD-160, nor be a cleartext signature, nor be followed by anything;
/// RSA and DSA keys need 1,024 bits; and see <see cref="OpenPgpVerification.Problem"/> for the rest. Wider: keys and signatures of
/// version 6, Ed25519 and Ed448 as RFC 9580 has them, SHA-3.
/// </remarks>
internal sealed class OpenPgpKeyring
{
    /// <summary>
    /// The largest message that is read, and the largest that it may decompress to, in octets: what containers/image reads of a
    /// signature.
    /// </summary>
    public const int MaxMessageLength = 4 * 1024 * 1024;

    private readonly Dictionary<ulong, KeyringEntry[]> _byKeyId;

    private readonly Dictionary<ulong, string> _lost = [];

    private OpenPgpKeyring(JudgedKeyFiles files, OpenPgpConsumer? consumer)
    {
        Consumer = consumer;
        RefusalBySequoia = files.RefusalBySequoia;
        List<JudgedCertificate> certificates = [.. files.Certificates.Where(static c => c.Refusal is null)];
        foreach (string warning in files.Certificates.SelectMany(CertificateWarnings.Of))
            files.Warnings.Add(warning);
        Warnings = files.Warnings.Take();
        Certificates = certificates;
        Statements = [.. files.Statements];
        var fingerprints = new string[certificates.Count];
        var byKeyId = new Dictionary<ulong, List<KeyringEntry>>();
        for (int i = 0; i < certificates.Count; i++)
        {
            var certificate = certificates[i];
            fingerprints[i] = certificate.Primary.Packet.Fingerprint;
            Add(byKeyId, new KeyringEntry(certificate, certificate.Primary));
            foreach (var subkey in certificate.Subkeys.Where(static s => s.Refusal is null && s.Key is not null))
                Add(byKeyId, new KeyringEntry(certificate, subkey));
        }

        List<string> losses = [];
        foreach (var certificate in files.Certificates.Where(
            static c => c.Refusal is not null && c.Raw.Primary.Blocks.All(static b => b.Loss is not null)))
        {
            foreach (var key in certificate.Subkeys.Prepend(certificate.Primary))
                _lost.TryAdd(key.Packet.KeyId, certificate.Refusal!);
            losses.Add($"key {certificate.Primary.Packet.Fingerprint} is lost, as {certificate.Refusal}");
        }

        Losses = losses;

        HasLosses = certificates.Exists(
            static c => c.Primary.Packet.Version != 6 && c.Raw.Primary.Blocks.Any(static b => b.LossByGnuPg is not null));
        PrimaryFingerprints = fingerprints;
        _byKeyId = byKeyId.ToDictionary(p => p.Key, p => p.Value.ToArray());
    }

    /// <summary>
    /// Fingerprints of the primary keys, upper-case hex: those that <c>gpg --import</c> would name, expired and revoked ones too.
    /// </summary>
    public IReadOnlyList<string> PrimaryFingerprints { get; }

    /// <summary>What was found in the files but is not used: sentences that name the file or the key.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>Whose verdict is given. Null for that of this product.</summary>
    internal OpenPgpConsumer? Consumer { get; }

    /// <summary>The keys that the program whose reading counts loses, and why: clauses.</summary>
    internal IReadOnlyList<string> Losses { get; }

    /// <summary>What is known of the judged host, where there is no <see cref="Consumer"/>. Null for nothing.</summary>
    internal HostOpenPgp? Host { get; init; }

    /// <summary>The keys as another reader has them, who must accept too. Null for none.</summary>
    internal OpenPgpKeyring? Other { get; init; }

    /// <summary>
    /// Whether GnuPG loses any copy of <see cref="Certificates"/>: what a lost copy says of a key that another file keeps is lost too.
    /// </summary>
    internal bool HasLosses { get; }

    /// <summary>A file that Sequoia refuses whole, and what it has that is the reason. Null if it refuses none.</summary>
    internal (string File, string What)? RefusalBySequoia { get; }

    /// <summary>The certificates, in the order of <see cref="PrimaryFingerprints"/>.</summary>
    internal IReadOnlyList<JudgedCertificate> Certificates { get; }

    /// <summary>Every signature of the key files, and what became of it.</summary>
    internal IReadOnlyList<JudgedStatement> Statements { get; }

    /// <summary>What became of every signature of the key files: sentences.</summary>
    public IEnumerable<string> Details => Statements.Select(static s => s.ToString());

    /// <summary>
    /// Imports keys, as <c>gpg --import</c> does: all copies of a certificate are taken together, whatever file they are in. Keys and
    /// subkeys without a valid self-signature, and those of a kind that is not known here, are skipped with a warning; the result may
    /// have no key.
    /// </summary>
    /// <param name="sources">Key files.</param>
    /// <returns>The keyring.</returns>
    /// <exception cref="TrustFormatException">
    /// A file is not a key file (<c>NoUsableKey</c>), or is damaged (<c>MalformedArmor</c>, <c>WrongArmorChecksum</c>,
    /// <c>MalformedOpenPgp</c>).
    /// </exception>
    /// <exception cref="TrustException">
    /// A file is too large (<c>KeyFileTooLarge</c>) or has too many packets (<c>TooManyPackets</c>).
    /// </exception>
    public static OpenPgpKeyring Import(IReadOnlyList<KeyringSource> sources)
    {
        ArgumentNullException.ThrowIfNull(sources);
        return Import(sources, null, KeyFileReading.All);
    }

    /// <summary>Imports keys as a release of podman does.</summary>
    /// <param name="sources">Key files.</param>
    /// <param name="consumer">The release. Null for none in particular.</param>
    /// <param name="reading">Whose reading of the files counts.</param>
    /// <param name="host">What is known of the judged host, where no release was named. Null for nothing.</param>
    /// <returns>The keyring; its verdicts are that release's.</returns>
    /// <exception cref="TrustException">As above.</exception>
    internal static OpenPgpKeyring Import(
        IReadOnlyList<KeyringSource> sources, OpenPgpConsumer? consumer, KeyFileReading reading, HostOpenPgp? host = null) =>
        new(JudgedKeyFiles.Read(sources, reading), consumer)
        {
            Host = host,
            Other = consumer?.Other is { } other ? Import(sources, other, other.Reading) : null,
        };

    /// <summary>Verifies a signed message.</summary>
    /// <param name="message">The message, binary or armored.</param>
    /// <param name="now">The time at which the key and the signature must not have ended.</param>
    /// <returns>The verdict. Bad input is a verdict, too: nothing is thrown.</returns>
    public OpenPgpVerification Verify(ReadOnlySpan<byte> message, DateTimeOffset now)
    {
        OpenPgpVerification verdict = MessageVerifier.Verify(this, message, now.ToUnixTimeSeconds());
        return verdict.IsGood && Other?.Verify(message, now) is { IsGood: false } refusal ? refusal : verdict;
    }

    /// <summary>Verifies a signature that lies beside what it signs.</summary>
    /// <param name="signature">The signature, binary or armored: exactly one, of a document that is not a text.</param>
    /// <param name="content">What is signed.</param>
    /// <param name="now">The time at which the key and the signature must not have ended.</param>
    /// <returns>The verdict. Bad input is a verdict, too: nothing is thrown.</returns>
    public OpenPgpVerification VerifyDetached(ReadOnlySpan<byte> signature, ReadOnlySpan<byte> content, DateTimeOffset now) =>
        DetachedVerifier.Verify(this, signature, content, now.ToUnixTimeSeconds());

    /// <summary>The keys that have a key id: anybody can make two with the same.</summary>
    /// <param name="keyId">Key id.</param>
    /// <returns>The keys; empty if there is none.</returns>
    internal ReadOnlySpan<KeyringEntry> Find(ulong keyId) => _byKeyId.TryGetValue(keyId, out var entries) ? entries : [];

    /// <summary>Why a key is not among the keys although a file has it, a clause. Null if no file has it, or for another reason.</summary>
    /// <param name="keyId">Key id.</param>
    internal string? WhyLost(ulong keyId) => _lost.GetValueOrDefault(keyId);

    private static void Add(Dictionary<ulong, List<KeyringEntry>> byKeyId, KeyringEntry entry)
    {
        if (!byKeyId.TryGetValue(entry.Key.Packet.KeyId, out var entries))
            byKeyId.Add(entry.Key.Packet.KeyId, entries = []);
        entries.Add(entry);
    }

    /// <summary>A key and the certificate that it is in.</summary>
    /// <param name="Certificate">The certificate.</param>
    /// <param name="Key">Its primary key or one of its subkeys.</param>
    internal sealed record KeyringEntry(JudgedCertificate Certificate, JudgedKey Key)
    {
        /// <summary>The key id, for messages.</summary>
        public string KeyId => Key.Packet.KeyId.ToString("X16", CultureInfo.InvariantCulture);
    }
}
