using ContainerTrust.Engine.OpenPgp.Packets;

namespace ContainerTrust.Engine.OpenPgp.Certificates;

/// <summary>
/// A certificate with all that its owner says of it, verified and put where it belongs. What is shown of a key, what is set, audited,
/// merged and verified with it are views of this object. Immutable once all files are judged.
/// </summary>
internal sealed class JudgedCertificate
{
    /// <summary>The primary key; its statements are the direct-key signatures.</summary>
    public required JudgedKey Primary { get; init; }

    /// <summary>The certificate as it was read.</summary>
    public required RawCertificate Raw { get; init; }

    /// <summary>User ids, and user attributes, about which the owner says anything.</summary>
    public IReadOnlyList<JudgedUserId> UserIds { get; init; } = [];

    /// <summary>Subkeys of a kind that is known.</summary>
    public IReadOnlyList<JudgedKey> Subkeys { get; init; } = [];

    /// <summary>
    /// Why nothing of it is used, a clause: GnuPG would not import it, or the key is not good enough. Null if it is used.
    /// </summary>
    public string? Refusal { get; init; }

    /// <summary>Fingerprints of the keys that may revoke this one.</summary>
    public IReadOnlyList<string> Revokers { get; init; } = [];

    /// <summary>
    /// Whether a statement on the primary key or a user id cannot be read in full, so that nobody knows what it takes away.
    /// </summary>
    public bool HasUnreadableStatement { get; init; }

    /// <summary>
    /// Why GnuPG loses every copy of it, a clause. Null if it keeps one, and of version 6, which it does not read at all.
    /// </summary>
    public string? LossByGnuPg => Raw.Key.Version == 6 || !Raw.Primary.Blocks.All(static b => b.LossByGnuPg is not null) ? null
        : Raw.Primary.Blocks.First().LossByGnuPg;

    /// <summary>Every signature that stood with it, and what became of it.</summary>
    public List<JudgedStatement> Statements { get; } = [];

    /// <summary>The bodies of the same signatures, in the same order.</summary>
    public List<byte[]> Bodies { get; } = [];

    /// <summary>Adds what became of a signature.</summary>
    /// <param name="raw">The signature.</param>
    /// <param name="statement">What became of it.</param>
    public void Report(RawStatement raw, JudgedStatement statement)
    {
        Bodies.Add(raw.Body);
        Statements.Add(statement);
    }
}

/// <summary>A primary key or subkey, with what its owner says of it.</summary>
/// <param name="packet">What the packet says.</param>
/// <param name="key">The key. Null if it cannot verify signatures.</param>
internal sealed class JudgedKey(PublicKeyPacket packet, VerificationKey? key)
{
    /// <summary>What the packet says.</summary>
    public PublicKeyPacket Packet => packet;

    /// <summary>The key. Null if it cannot verify signatures.</summary>
    public VerificationKey? Key => key;

    /// <summary>Direct-key signatures, or bindings.</summary>
    public IReadOnlyList<OwnStatement> Statements { get; init; } = [];

    /// <summary>Which of them may be the newest one, whether it has ended or not.</summary>
    public Newest Newest { get; init; } = Newest.None;

    /// <summary>Whether it is revoked, by its owner or a designated revoker.</summary>
    public bool IsRevoked { get; set; }

    /// <summary>A designated revoker that may have revoked it, but whose key is not there to tell. Null if there is none.</summary>
    public string? MissingRevoker { get; set; }

    /// <summary>Whether a binding cannot be read in full.</summary>
    public bool HasUnreadableStatement { get; init; }

    /// <summary>Why a subkey is not used, a clause. Null if it is.</summary>
    public string? Refusal { get; init; }
}

/// <summary>A user id or a user attribute, with what the owner says of it.</summary>
/// <param name="component">The packet.</param>
/// <param name="newest">The certifications and revocations of which each may be the newest.</param>
internal sealed class JudgedUserId(RawComponent component, Newest newest)
{
    /// <summary>The packet.</summary>
    public RawComponent Component => component;

    /// <summary>Whether it is a picture and not a text.</summary>
    public bool IsAttribute => component.Kind == ComponentKind.UserAttribute;

    /// <summary>The certifications and revocations of which each may be the newest.</summary>
    public Newest Newest => newest;

    /// <summary>All of them.</summary>
    public required IReadOnlyList<OwnStatement> Statements { get; init; }

    /// <summary>Whether the owner has certainly said something of it, so that GnuPG would keep it.</summary>
    public bool IsProven => Statements.Any(static s => s.IsProven);

    /// <summary>The user id as text that is safe to print.</summary>
    public string Text { get; } = component.Kind == ComponentKind.UserAttribute ? "" : UserIdText.Decode(component.Body);
}
