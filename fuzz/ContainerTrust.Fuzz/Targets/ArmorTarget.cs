using ContainerTrust.Engine.OpenPgp;
using ContainerTrust.Engine.OpenPgp.Armor;
using ContainerTrust.Engine.OpenPgp.Gpg;

namespace ContainerTrust.Fuzz.Targets;

/// <summary>ASCII armor: the strict reader of keys and messages, and the lenient one that lists what gpg lists.</summary>
internal sealed class ArmorTarget : FuzzTarget
{
    /// <inheritdoc/>
    public override string Name => "armor";

    /// <inheritdoc/>
    public override IEnumerable<byte[]> Words => Text(
        "-----BEGIN PGP PUBLIC KEY BLOCK-----\n", "-----END PGP PUBLIC KEY BLOCK-----\n", "-----BEGIN PGP PRIVATE KEY BLOCK-----\n",
        "-----BEGIN PGP MESSAGE-----\n", "-----BEGIN PGP SIGNED MESSAGE-----\n", "-----BEGIN PGP SIGNATURE-----\n",
        "-----BEGIN PGP ARMORED FILE-----\n",
        "Version: ", "Comment: ", "Hash: ", "\n\n", "\r\n", " \t\r\n", "=", "==", "=AAAA\n", "=3D", "- ", "-----", "AAAA");

    /// <inheritdoc/>
    public override FuzzMaterial Make()
    {
        byte[] key = OpenPgpSeeds.Signers[0].Certificate();
        byte[] armored = TestPackets.Armor(key);
        return new FuzzMaterial()
            .Add(armored)
            .Add(TestPackets.Armor(key, hasChecksum: false))
            .Add(TestPackets.Armor(key[..100], label: "MESSAGE"))
            .Add(TestPackets.Armor(key[..101], label: "PRIVATE KEY BLOCK"))
            .Add([.. "text\n\n"u8, .. armored, .. "\r\nmore text\r\n"u8, .. TestPackets.Armor(key[..102])])
            .Add("-----BEGIN PGP PUBLIC KEY BLOCK-----\r\nVersion: x\r\nComment:\r\n\r\nAAAA\r\nAA==\r\n=twTO\r\n"
                + "-----END PGP PUBLIC KEY BLOCK-----\r\n")
            .Add("-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n- text\n"
                + "-----BEGIN PGP SIGNATURE-----\n\niQ==\n-----END PGP SIGNATURE-----\n")
            .Add(Corpus.Where(static path => path.EndsWith(".asc", StringComparison.Ordinal)
                || path.EndsWith(".gpg", StringComparison.Ordinal)));
    }

    /// <inheritdoc/>
    public override void Run(byte[] input)
    {
        _ = GpgArmor.Decode(input);
        OpenPgpKeyring.Import([]).Verify(input, DateTimeOffset.UnixEpoch);
        ReadKeys(input);
    }

    private static void ReadKeys(byte[] input)
    {
        var reader = new ArmorReader(input, "fuzz", static kind => kind is ArmorKind.PublicKey or ArmorKind.PrivateKey);
        int line = 0;
        while (reader.TryReadNext(out ArmorBlock block))
        {
            FuzzFinding.Unless(block.Line > line, "A block does not stand after the one before.");
            line = block.Line;
            FuzzFinding.Unless(block.Data.Length <= input.Length, "A block has more than the file.");
            var again = new ArmorReader(TestPackets.Armor(block.Data), "again");
            FuzzFinding.Unless(block.Data.Length == 0
                || (again.TryReadNext(out ArmorBlock same) && same.Data.AsSpan().SequenceEqual(block.Data)),
                "A block that is written again reads otherwise.");
        }
    }
}
