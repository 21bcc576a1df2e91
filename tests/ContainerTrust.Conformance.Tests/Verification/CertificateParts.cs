using System.Text;
using static ContainerTrust.Conformance.Tests.Verification.OpenPgpWriter;

namespace ContainerTrust.Conformance.Tests.Verification;

/// <summary>
/// The parts that certificates are made of: a primary key, user ids, an attribute, subkeys for signing and for encryption, and statements
/// of every type about each. Every instance is about other keys, so that many can be put to gpg at once.
/// </summary>
internal sealed class CertificateParts
{
    private const uint Day = 86400;

    // gpg verifies with a revoker's key that is too short for anything else.
    private static readonly WriterKey s_weak = new(bits: 768);
    private static readonly byte[] s_picture = [0xD1, 1, .. new byte[208]];

    private readonly WriterKey _stranger;

    /// <summary>Takes keys that differ from all others in their dates.</summary>
    /// <param name="pool">Numbers to make keys of.</param>
    /// <param name="number">Differs for every certificate of a run.</param>
    public CertificateParts(WriterKey[] pool, int number)
    {
        uint made = WriterKey.DefaultCreated + (uint)number * 16;
        Primary = pool[number % pool.Length].MadeAt(made);
        Signing = pool[(number + 1) % pool.Length].MadeAt(made + 1);
        SecondSigning = pool[(number + 2) % pool.Length].MadeAt(made + 2);
        Encrypting = pool[(number + 3) % pool.Length].MadeAt(made + 3);
        Revoker = (number % 5 == 0 ? s_weak : pool[(number + 4) % pool.Length]).MadeAt(made + 4);
        _stranger = pool[(number + 5) % pool.Length].MadeAt(made + 5);
        Number = number;
        Later = made + 40 * Day;
    }

    public int Number { get; }

    public WriterKey Primary { get; }

    public WriterKey Signing { get; }

    public WriterKey SecondSigning { get; }

    public WriterKey Encrypting { get; }

    public WriterKey Revoker { get; }

    public WriterKey Stranger => _stranger;

    /// <summary>When messages are made.</summary>
    public uint Later { get; }

    /// <summary>What a statement can be about, by number: 0 the primary key, 1 and 2 user ids, 3 an attribute, 4 and 5 signing subkeys, 6
    /// the other subkey.</summary>
    public byte[] Packet(int component) => component switch
    {
        0 => OpenPgpWriter.Packet(PublicKeyTag, Primary.Body),
        1 or 2 => OpenPgpWriter.Packet(UserIdTag, UserId(component)),
        3 => OpenPgpWriter.Packet(AttributeTag, s_picture),
        _ => OpenPgpWriter.Packet(SubkeyTag, Subkey(component).Body),
    };

    /// <summary>A message by a key: 0 the primary key, 1 and 2 the signing subkeys.</summary>
    public byte[] Message(int key) =>
        OpenPgpWriter.Message(key switch { 0 => Primary, 1 => Signing, _ => SecondSigning }, new SignatureSpec { Created = Later },
        Encoding.ASCII.GetBytes($"content {Number}"));

    /// <summary>A statement about a component.</summary>
    /// <param name="signer">Who makes it.</param>
    /// <param name="spec">How.</param>
    /// <param name="component">What it is about.</param>
    public byte[] Statement(WriterKey signer, SignatureSpec spec, int component)
    {
        byte[] about = component switch
        {
            0 => [],
            1 or 2 when spec.Version == 3 => UserId(component),
            1 or 2 => UserIdData(UserId(component)),
            3 => [0xD1, .. UInt32((uint)s_picture.Length), .. s_picture],
            _ => Subkey(component).HashData,
        };
        return OpenPgpWriter.Packet(SignatureTag, Signature(signer, spec, [.. Primary.HashData, .. about]));
    }

    /// <summary>The agreement of a subkey, as an embedded signature.</summary>
    public byte[] BackSignature(int component, uint created) =>
        Subpacket(32, Signature(Subkey(component), new SignatureSpec { Type = 0x19, Created = created },
            [.. Primary.HashData, .. Subkey(component).HashData]));

    private byte[] UserId(int component) => Encoding.ASCII.GetBytes($"User {component} of {Number} <user{component}@example.com>");

    private WriterKey Subkey(int component) => component switch { 4 => Signing, 5 => SecondSigning, _ => Encrypting };
}
