using ContainerTrust.Engine.Trust;
using ContainerTrust.Engine.Trust.Rotation;

namespace ContainerTrust.Conformance.Tests.Verification;

/// <summary>What skopeo accepts before, between and after the steps in which a key is exchanged for another.</summary>
public sealed class KeyRotationTests : IDisposable
{
    private const string Reference = "registry.example.com/app:v1";
    private readonly string _directory = Directory.CreateTempSubdirectory("ct-rotation-").FullName;
    private readonly ClaimSigner _old = new(), _new = new("New <new@example.com>"), _other = new("Other <other@example.com>");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    public static TheoryData<string> Forms => new((string[])["keyPath", "keyPaths", "keyData", "keyring"]);

    [SkippableTheory]
    [MemberData(nameof(Forms))]
    public void The_old_key_counts_then_both_then_the_new_one_alone(string form)
    {
        Skopeo skopeo = new(Tools.RequireTool("skopeo"), Directory.CreateDirectory($"{_directory}/scratch").FullName);
        string oldFile = Write("old.asc", _old.PublicKey), newFile = Write("new.asc", _new.PublicKey);
        string policy = $"{_directory}/etc/policy.json";
        Directory.CreateDirectory($"{_directory}/etc/registries.d");
        string identity = TestPolicy.ExactReference(Reference);
        File.WriteAllText(policy, TestPolicy.Of("dir", ("", form switch
        {
            "keyPaths" => TestPolicy.SignedByAny([oldFile], identity),
            "keyData" => TestPolicy.SignedByData(_old.PublicKey, identity),
            _ => TestPolicy.SignedBy(oldFile, identity),
        })));
        string[] images = [Image("by old", _old), Image("by new", _new), Image("by other", _other)];
        void Accepts(params bool[] expected) => Assert.Equal(expected, images.Select(image =>
            skopeo.Copy($"dir:{image}", File.ReadAllText(policy)).Answer == SkopeoAnswer.Accepted));

        Accepts(true, false, false);
        Run(policy, newFile, KeyRotationStep.Both, form == "keyring" ? "4.1" : null);
        Accepts(true, true, false);
        Run(policy, newFile, KeyRotationStep.NewOnly, form == "keyring" ? "4.1" : null);
        Accepts(false, true, false);
    }

    private void Run(string policy, string newFile, KeyRotationStep step, string? podman)
    {
        TrustStore store = TrustStore.Open(
            new TrustStoreOptions { PolicyPath = policy, RegistriesDirectory = $"{_directory}/etc/registries.d", PodmanVersion = podman },
            TrustMessages.None);
        KeyRotation rotation = new(store, new KeyRotationRequest
        {
            Transport = "dir",
            Registries = [""],
            OldFingerprints = [_old.Fingerprint],
            NewKey = RotationKey.Read(newFile),
            KeyDirectory = $"{_directory}/etc/keys",
        });
        RotationScope scope = Assert.Single(rotation.Plan(step));
        store.Apply([scope.Change!], new TrustEditOptions(), CancellationToken.None);
        Assert.Equal(step, Assert.Single(rotation.Find()).State.Step);
    }

    private string Write(string name, byte[] content)
    {
        string path = $"{_directory}/{name}";
        File.WriteAllBytes(path, content);
        return path;
    }

    private string Image(string text, ClaimSigner signer)
    {
        TestImage image = TestImage.Docker(text);
        string directory = image.WriteTo($"{_directory}/{text.Replace(' ', '-')}");
        File.WriteAllBytes($"{directory}/signature-1", signer.SignOnePassClaim(Reference, image.Digest));
        return directory;
    }
}
