namespace ContainerTrust.Conformance.Tests.Verification;

/// <summary>Signatures by keys of every algorithm, and by keys to which something happened: accepted exactly where skopeo accepts
/// them.</summary>
[Collection(RegistryTests.Name)]
public sealed class KeyMatrixTests(RegistryFixture fixture)
{
    /// <summary>What gpg thinks of a key's signature, where that is not "good".</summary>
    private static readonly HashSet<string> s_refused =
    [
        "expired", "expiry-set-later", "revoked", "superseded", "not-for-signing", "future", "signature-expired",
        "subkey-revoked", "subkey-expired", "subkey-not-for-signing", "subkey-of-revoked", "subkey-of-expired",
    ];

    /// <summary>Where the verifier may be stricter than gpg, which does not mind.</summary>
    private static readonly Dictionary<string, string> s_stricter = new()
    {
        ["all-uids-revoked"] = "nobody stands for the key any more",
        ["signed-in-future"] = "a signature that was not made yet is not to be believed",
    };

    [SkippableFact]
    public void A_signature_by_any_key_has_skopeos_verdict()
    {
        SignedWorld world = fixture.Open();
        List<VerdictCase> cases = [];
        foreach (TestKey key in world.Keys.All)
        {
            string image = "docker://" + world.KeyReference(key.Name);
            cases.Add(new VerdictCase(key.Name, image, PolicyText.Docker(PolicyText.SignedBy(key.File)))
            {
                Expected = s_stricter.ContainsKey(key.Name) ? null : !s_refused.Contains(key.Name),
                StricterBecause = s_stricter.GetValueOrDefault(key.Name),
                OldRefusal = key.SignsWithSubkey ? "is not accepted" : null,
            });
            cases.Add(new VerdictCase(key.Name + ", another key", image,
                PolicyText.Docker(PolicyText.SignedBy(world.Keys[key.Name == "ed25519" ? "rsa2048" : "ed25519"].File)))
                { Expected = false });
        }

        string all = Path.Combine(world.NewDirectory("keys"), "all.asc");
        File.WriteAllText(all, string.Concat(world.Keys.All.Select(static k => File.ReadAllText(k.File))));
        foreach (string name in (ReadOnlySpan<string>)["rsa4096", "dsa3072", "brainpoolP384r1", "ed25519", "revoked"])
            cases.Add(new VerdictCase(name + ", a file of all keys", "docker://" + world.KeyReference(name),
                PolicyText.Docker(PolicyText.SignedBy(all))) { Expected = !s_refused.Contains(name) });
        VerdictComparison.AssertSame(world, cases);
    }
}
