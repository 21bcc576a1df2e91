using System.Security.Cryptography;
using System.Text;
using ContainerTrust.Engine.OpenPgp;
using ContainerTrust.Engine.OpenPgp.Consumers;
using ContainerTrust.Engine.OpenPgp.Packets;
using ContainerTrust.Engine.Trust.Consumers;

namespace ContainerTrust.Conformance.Tests.OpenPgp;

/// <summary>
/// The verdict of a named release is that of this machine's skopeo, by a policy and over a signed <c>dir:</c> image: key files with a key
/// of version 6 among others, and signatures by subkeys, of version 3 and in armor.
/// </summary>
public sealed class SkopeoReleaseTests : IDisposable
{
    private const string Reference = "example.com/app:1";
    private const uint Made = TestPackets.Created;
    private static readonly TestSigner A = TestSigner.Rsa(Made), B = TestSigner.EcdsaP256(Made), C = TestSigner.Rsa(Made + 1);
    private static readonly TestSigner Sub = TestSigner.Rsa(Made + 5);
    private static readonly TestSigner Six = TestSigner.Ed25519Key(Made, version: 6);

    private readonly string _directory = Directory.CreateTempSubdirectory("ct-skopeo-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [SkippableTheory]
    [InlineData("abc")]
    [InlineData("6abc")]
    [InlineData("a6bc")]
    [InlineData("ab6c")]
    [InlineData("abc6")]
    [InlineData("s")]
    [InlineData("s6")]
    [InlineData("as6")]
    public void A_named_release_says_what_skopeo_says(string file)
    {
        GpgTool.RequireVersion22();
        string skopeo = Tools.RequireTool("skopeo");
        string version = Tools.Run(skopeo, ["--version"]).Output.Split(' ')[2].Trim();
        ConsumerName name = ConsumerName.Parse("skopeo" + version);
        string digest = WriteImage();
        byte[] claim = Encoding.UTF8.GetBytes(
            $$$$"""
            {"critical":{"identity":{"docker-reference":"{{{{Reference}}}}"},"image":{"docker-manifest-digest":"{{{{digest}}}}"},
            "type":"atomic container signature"},"optional":{}}
            """);
        OpenPgpConsumer consumer = name.On(null);
        foreach (bool isArmored in new[] { false, true })
        {
            byte[] keys = [.. file.SelectMany(k => isArmored ? TestPackets.Armor(Key(k)) : Key(k))];
            File.WriteAllBytes($"{_directory}/keys", keys);
            OpenPgpKeyring ours = OpenPgpKeyring.Import([new KeyringSource("keys", keys)], consumer, consumer.Reading);
            foreach ((string what, byte[] signature) in Signatures(claim))
            {
                // In a store, what begins with a dash is of no known format without the mark.
                byte[] stored = signature[0] == '-' ? [.. "\0simple-signing\n"u8, .. signature] : signature;
                File.WriteAllBytes($"{_directory}/image/signature-1", stored);
                string[] arguments = ["--policy", $"{_directory}/policy.json", "copy", $"dir:{_directory}/image", $"dir:{_directory}/copy"];
                bool isAccepted = Tools.Run(skopeo, arguments).ExitCode == 0;
                OpenPgpVerification result = ours.Verify(signature, DateTimeOffset.UtcNow);
                Assert.True(
                    isAccepted == result.IsGood,
                    $"{what} by {file} (armored: {isArmored}): skopeo {isAccepted}, we {result.Problem}: {result.Reason}");
            }
        }
    }

    private static IEnumerable<(string What, byte[] Signature)> Signatures(byte[] claim)
    {
        yield return ("a", A.Message(claim, Made + 20));
        yield return ("b", B.Message(claim, Made + 20));
        yield return ("c", C.Message(claim, Made + 20));
        yield return ("subkey", Sub.Message(claim, Made + 20));
        byte[] version3 = TestPackets.Packet(PacketTag.Signature, A.SignVersion3(SignatureType.Binary, claim, Made + 20));
        yield return ("version 3", [.. version3, .. TestSigner.Literal(claim)]);
        yield return ("armored", TestPackets.Armor(A.Message(claim, Made + 20), label: "MESSAGE"));
        yield return ("version 6", Six.Message(claim, Made + 20));
    }

    private static byte[] Key(char key) => key switch
    {
        'a' => A.Certificate("a <a@example.com>"),
        'b' => B.Certificate("b <b@example.com>"),
        'c' => C.Certificate("c <c@example.com>"),
        's' => [.. A.Certificate("a <a@example.com>"), .. Sub.KeyPacket(PacketTag.PublicSubkey), .. A.Bind(Sub, Made + 6)],
        _ => [.. Six.KeyPacket(), .. Six.Sign(SignatureType.DirectKey, Six.Hashed, Made + 1, TestPackets.Flags(3))],
    };

    private string WriteImage()
    {
        Directory.CreateDirectory($"{_directory}/image");
        string config = Convert.ToHexString(SHA256.HashData("{}"u8)).ToLowerInvariant();
        byte[] manifest = Encoding.UTF8.GetBytes(
            $$$"""
            {"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.v2+json","layers":[],
            "config":{"mediaType":"application/vnd.docker.container.image.v1+json","size":2,"digest":"sha256:{{{config}}}"}}
            """);
        File.WriteAllText($"{_directory}/image/version", "Directory Transport Version: 1.1\n");
        File.WriteAllBytes($"{_directory}/image/{config}", "{}"u8.ToArray());
        File.WriteAllBytes($"{_directory}/image/manifest.json", manifest);
        File.WriteAllText(
            $"{_directory}/policy.json",
            $$$"""
            {"default":[{"type":"signedBy","keyType":"GPGKeys","keyPath":"{{{_directory}}}/keys",
            "signedIdentity":{"type":"exactReference","dockerReference":"{{{Reference}}}"}}]}
            """);
        return "sha256:" + Convert.ToHexString(SHA256.HashData(manifest)).ToLowerInvariant();
    }
}
