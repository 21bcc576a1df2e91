using ContainerTrust.Engine.OpenPgp.Consumers;
using ContainerTrust.Engine.OpenPgp.Packets;

namespace ContainerTrust.Engine.OpenPgp.Certificates;

/// <summary>
/// A certificate (transferable public key, RFC 9580 section 10.1) as key files give it, all copies together: nothing is verified and
/// nothing decided.
/// </summary>
/// <param name="primary">The primary key.</param>
internal sealed class RawCertificate(RawComponent primary)
{
    private readonly OctetMap<RawComponent> _subkeys = new();
    private readonly OctetMap<RawComponent> _userIds = new();
    private readonly OctetMap<RawComponent> _attributes = new();
    private readonly OctetMap<RawStatement> _statements = new();

    /// <summary>The primary key.</summary>
    public RawComponent Primary => primary;

    /// <summary>What the primary key's packet says.</summary>
    public PublicKeyPacket Key => primary.Key!;

    /// <summary>
    /// Whether there is a copy that does not begin with a private key: a key that only stands with its private one is not a key to trust.
    /// </summary>
    public bool HasPublicCopy { get; set; }

    /// <summary>User ids in the order in which they came.</summary>
    public IReadOnlyList<RawComponent> UserIds => _userIds.Values;

    /// <summary>User attributes in the order in which they came.</summary>
    public IReadOnlyList<RawComponent> Attributes => _attributes.Values;

    /// <summary>Subkeys in the order in which they came. They may be of an unknown kind.</summary>
    public IReadOnlyList<RawComponent> Subkeys => _subkeys.Values;

    /// <summary>All signatures that stood with the key, of whatever type and by whomever.</summary>
    public IReadOnlyList<RawStatement> Statements => _statements.Values;

    /// <summary>How many of them name the key as their maker, or nobody.</summary>
    public int OwnCount { get; private set; }

    /// <summary>Adds a component, or finds the one that is there already.</summary>
    /// <param name="kind">A user id, a user attribute or a subkey.</param>
    /// <param name="body">The packet's body.</param>
    /// <param name="key">What a subkey says; null for others, and for a kind that is not known.</param>
    /// <returns>The one to use.</returns>
    public RawComponent Add(ComponentKind kind, ReadOnlySpan<byte> body, PublicKeyPacket? key)
    {
        var map = kind switch
        {
            ComponentKind.Subkey => _subkeys,
            ComponentKind.UserAttribute => _attributes,
            _ => _userIds,
        };
        return map.Find(body) ?? map.Add(new RawComponent(kind, body.ToArray(), key));
    }

    /// <summary>Adds a statement; a copy of one that is there already only adds the place.</summary>
    /// <param name="body">The signature packet's body.</param>
    /// <param name="place">The component that it stands behind. Null if it stands behind something that is not used.</param>
    /// <param name="block">The copy of the key that it is in.</param>
    /// <param name="mayBeOwn">Whether it names the key as its maker, or nobody.</param>
    /// <returns>The one to use.</returns>
    public RawStatement Add(ReadOnlySpan<byte> body, RawComponent? place, RawBlock block, bool mayBeOwn)
    {
        if (_statements.Find(body) is { } known)
        {
            if (known.Blocks[^1] != block)
                known.Blocks.Add(block);
            return known;
        }

        OwnCount += mayBeOwn ? 1 : 0;
        return _statements.Add(new RawStatement(body.ToArray(), place, block));
    }
}

/// <summary>What a statement can be about.</summary>
internal enum ComponentKind
{
    /// <summary>The primary key.</summary>
    PrimaryKey,

    /// <summary>A user id packet.</summary>
    UserId,

    /// <summary>A user attribute packet: a picture.</summary>
    UserAttribute,

    /// <summary>A subkey.</summary>
    Subkey,
}

/// <summary>A packet that statements are about.</summary>
/// <param name="kind">What it is.</param>
/// <param name="body">The packet's body.</param>
/// <param name="key">What it says, if it is a key of a kind that is known.</param>
internal sealed class RawComponent(ComponentKind kind, byte[] body, PublicKeyPacket? key) : IOctets
{
    private byte[]? _hashed;

    /// <summary>What it is.</summary>
    public ComponentKind Kind => kind;

    /// <summary>The packet's body.</summary>
    public byte[] Body => body;

    /// <summary>What it says, if it is a key of a kind that is known.</summary>
    public PublicKeyPacket? Key => key;

    /// <summary>The copies of the certificate that have it.</summary>
    public HashSet<RawBlock> Blocks { get; } = [];

    /// <summary>
    /// Whether a user id stands behind a subkey in some copy: GnuPG does not look for it there, and where it is in the end depends on the
    /// order of the copies.
    /// </summary>
    public bool StandsBehindSubkey { get; set; }

    /// <inheritdoc/>
    ReadOnlySpan<byte> IOctets.Octets => body;

    /// <summary>How a signature hashes it.</summary>
    /// <param name="signatureVersion">The signature's version.</param>
    /// <returns>The octets.</returns>
    public byte[] HashedFor(byte signatureVersion)
    {
        if (kind is ComponentKind.PrimaryKey or ComponentKind.Subkey)
            return _hashed ??= SignatureDigest.HashedKey(body[0], body);
        return signatureVersion < 4 ? body
            : _hashed ??= SignatureDigest.HashedUserId(signatureVersion, body, kind == ComponentKind.UserAttribute);
    }
}

/// <summary>One copy of a certificate: from a primary key packet to the next one, or to the end of the data.</summary>
/// <param name="file">The file that it is in.</param>
/// <param name="reading">Whose reading of key files counts.</param>
internal sealed class RawBlock(string file, KeyFileReading reading)
{
    /// <summary>The file that it is in.</summary>
    public string File => file;

    /// <summary>
    /// Whether a certification that names the key as its maker stands before any user id: GnuPG takes nothing of such a copy.
    /// </summary>
    public bool HasMisplacedCertification { get; set; }

    /// <summary>
    /// Whether a private key is in it. GnuPG imports what stands with a private key, so a revocation there counts; but private keys must
    /// not be where policies are, so such a copy gives nothing, like one that GnuPG does not import.
    /// </summary>
    public bool HasPrivateKey { get; set; }

    /// <summary>
    /// Why GnuPG loses it, a clause: it stops at the first key or signature of version 6, and loses the key that it is reading and all
    /// that follow. Null if it keeps it.
    /// </summary>
    public string? LossByGnuPg { get; set; }

    /// <summary>Why builds with Go's OpenPGP do not see it, a clause. Null if they do.</summary>
    public string? LossByGo { get; set; }

    /// <summary>Why the program whose reading counts does not see it, a clause. Null if it does.</summary>
    public string? Loss => reading switch
    {
        KeyFileReading.GnuPg => LossByGnuPg,
        KeyFileReading.Go or KeyFileReading.NewerGo => LossByGo,
        _ => null,
    };

    /// <summary>Whether GnuPG may import it as a public key.</summary>
    public bool MayGive => !HasMisplacedCertification && !HasPrivateKey && Loss is null;
}

/// <summary>A signature packet in a key file.</summary>
/// <param name="body">The packet's body.</param>
/// <param name="place">The component that it stands behind. Null if there is none, or none that is used.</param>
/// <param name="block">The copy of a certificate that it is in.</param>
internal sealed class RawStatement(byte[] body, RawComponent? place, RawBlock block) : IOctets
{
    /// <summary>The packet's body.</summary>
    public byte[] Body => body;

    /// <summary>The component that it stands behind: a hint, because nobody signed the order.</summary>
    public RawComponent? Place => place;

    /// <summary>The copies of the certificate that have it; at least one.</summary>
    public List<RawBlock> Blocks { get; } = [block];

    /// <inheritdoc/>
    ReadOnlySpan<byte> IOctets.Octets => body;
}
