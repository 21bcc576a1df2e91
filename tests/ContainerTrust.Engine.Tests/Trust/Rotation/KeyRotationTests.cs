using System.Text;
using ContainerTrust.Engine.Trust;
using ContainerTrust.Engine.Trust.Rotation;

namespace ContainerTrust.Engine.Tests.Trust.Rotation;

/// <summary>A key is exchanged for another in two steps, whichever form the requirements have.</summary>
public sealed class KeyRotationTests : IDisposable
{
    private const string Policy = "/etc/containers/policy.json";
    private const string Newest = "5.8";
    private const string NewPath = "/etc/pki/containers/new.asc";
    private static readonly ClaimSigner s_old = new(), s_new = new("New <new@example.com>"), s_third = new("Third <third@example.com>");
    private static readonly string s_pem = TestKey.Get("P-256", "old").Pem, s_newPem = TestKey.Get("P-256", "new").Pem;
    private readonly ScratchRoot _root = new();

    public KeyRotationTests()
    {
        Binary("/keys/old.asc", s_old.PublicKey);
        Binary("/keys/third.asc", s_third.PublicKey);
        Binary("/keys/both.asc", [.. s_old.PublicKey, .. s_third.PublicKey]);
        Binary("/here/new.asc", s_new.PublicKey);
        _root.Write("/keys/old.pub", s_pem);
        _root.Write("/here/new.pub", s_newPem);
    }

    public void Dispose() => _root.Dispose();

    public static TheoryData<string, string, string, string> Forms
    {
        get
        {
            const string identity = ",\"signedIdentity\":{\"type\":\"matchRepository\"}}";
            string old = Convert.ToBase64String(s_old.PublicKey), next = Convert.ToBase64String(s_new.PublicKey),
                both = Convert.ToBase64String([.. s_old.PublicKey, .. s_new.PublicKey]);
            string pem = Base64(s_pem), newPem = Base64(s_newPem);
            static string By(string member) => "{\"type\":\"signedBy\",\"keyType\":\"GPGKeys\"," + member + identity;
            static string Sigstore(string member) => "{\"type\":\"sigstoreSigned\"," + member + identity;
            return new TheoryData<string, string, string, string>
            {
                { "new.asc", By("\"keyPath\":\"/keys/old.asc\""), By($"\"keyPaths\":[\"/keys/old.asc\",\"{NewPath}\"]"),
                    By($"\"keyPath\":\"{NewPath}\"") },
                { "new.asc", By("\"keyPaths\":[\"/keys/old.asc\",\"/keys/third.asc\"]"),
                    By($"\"keyPaths\":[\"/keys/old.asc\",\"/keys/third.asc\",\"{NewPath}\"]"),
                    By($"\"keyPaths\":[\"/keys/third.asc\",\"{NewPath}\"]") },
                { "new.asc", By($"\"keyData\":\"{old}\""), By($"\"keyData\":\"{both}\""), By($"\"keyData\":\"{next}\"") },
                { "new.pub", Sigstore("\"keyPath\":\"/keys/old.pub\""),
                    Sigstore("\"keyPaths\":[\"/keys/old.pub\",\"/etc/pki/containers/new.pub\"]"),
                    Sigstore("\"keyPath\":\"/etc/pki/containers/new.pub\"") },
                { "new.pub", Sigstore($"\"keyData\":\"{pem}\""), Sigstore($"\"keyDatas\":[\"{pem}\",\"{newPem}\"]"),
                    Sigstore($"\"keyData\":\"{newPem}\"") },
                { "new.pub", Sigstore($"\"keyDatas\":[\"{pem}\"],\"rekorPublicKeyData\":\"{pem}\""),
                    Sigstore($"\"keyDatas\":[\"{pem}\",\"{newPem}\"],\"rekorPublicKeyData\":\"{pem}\""),
                    Sigstore($"\"keyData\":\"{newPem}\",\"rekorPublicKeyData\":\"{pem}\"") },
            };
        }
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void Each_form_gets_the_new_key_beside_the_old_and_then_alone(string file, string before, string overlap, string after)
    {
        // All of a list must hold: the second requirement has no part in it.
        string other = TestPolicy.SignedBy("/keys/third.asc");
        Write(before, other);
        KeyRotationRequest request = Request(file);
        Assert.Equal(KeyRotationStep.OldOnly, State(request).Step);

        Assert.Equal(KeyRotationStep.Both, Run(request, KeyRotationStep.Both).Step);
        Same(overlap, other);
        string text = _root.Read(Policy);
        Assert.Null(Assert.Single(new KeyRotation(Open(), request).Plan(KeyRotationStep.Both)).Change);
        Assert.Equal(text, _root.Read(Policy));

        Assert.Equal(KeyRotationStep.NewOnly, Run(request, KeyRotationStep.NewOnly).Step);
        Same(after, other);
        Assert.Null(Assert.Single(new KeyRotation(Open(), request).Plan(KeyRotationStep.NewOnly)).Change);

        // Who comes late with the first step undoes nothing.
        Assert.Null(Assert.Single(new KeyRotation(Open(), request).Plan(KeyRotationStep.Both)).Change);
    }

    [Fact]
    public void Each_requirement_with_the_old_key_gets_the_new_one_within_itself()
    {
        Write(TestPolicy.SignedBy("/keys/old.asc", TestPolicy.MatchExact),
            TestPolicy.SignedBy("/keys/old.asc", TestPolicy.MatchRepository));
        Run(Request("new.asc"), KeyRotationStep.Both);
        IReadOnlyList<TrustRequirement> requirements = Requirements();
        Assert.Equal(2, requirements.Count);
        Assert.All(requirements, static r => Assert.Equal(["/keys/old.asc", NewPath], ((SignedByRequirement)r).KeyPaths));
        Assert.IsType<MatchExactIdentity>(((SignedByRequirement)requirements[0]).SignedIdentity);
        Assert.IsType<MatchRepositoryIdentity>(((SignedByRequirement)requirements[1]).SignedIdentity);
    }

    [Fact]
    public void What_was_left_half_way_is_finished_by_the_same_step()
    {
        Binary(NewPath, s_new.PublicKey);
        Write(TestPolicy.SignedByAny(["/keys/old.asc", NewPath]), TestPolicy.SignedBy("/keys/old.asc"));
        KeyRotationRequest request = Request("new.asc");
        Assert.Equal(KeyRotationStep.OldOnly, State(request).Step);
        RotationScope early = Assert.Single(new KeyRotation(Open(), request).Plan(KeyRotationStep.NewOnly));
        Assert.Equal("RotationNotBegun", early.Error?.ErrorId);
        Assert.Equal("RotationNotBegun", early.State.ErrorId);
        Assert.Null(early.Change);
        Assert.Equal(KeyRotationStep.Both, Run(request, KeyRotationStep.Both).Step);
        Assert.Equal(KeyRotationStep.NewOnly, Run(request, KeyRotationStep.NewOnly).Step);
    }

    [Theory]
    [InlineData("4.1", true)]
    [InlineData("4.2", false)]
    [InlineData("5.8", false)]
    public void A_release_that_reads_one_file_gets_a_keyring_of_both(string podman, bool isKeyring)
    {
        Write(TestPolicy.SignedBy("/keys/old.asc"));
        KeyRotationRequest request = Request("new.asc");
        Assert.Equal(KeyRotationStep.Both, Run(request, KeyRotationStep.Both, podman).Step);
        SignedByRequirement both = Assert.IsType<SignedByRequirement>(Assert.Single(Requirements()));
        Assert.Equal(isKeyring, both.KeyPath is not null);
        if (isKeyring)
            Assert.Matches("^/etc/pki/containers/new-overlap-[0-9a-f]{16}\\.asc$", both.KeyPath);
        if (isKeyring)
            Assert.Equal([.. s_old.PublicKey, .. s_new.PublicKey], File.ReadAllBytes(_root.Full(both.KeyPath!)));
        Assert.Equal(KeyRotationStep.NewOnly, Run(request, KeyRotationStep.NewOnly, podman).Step);
        Assert.Equal(NewPath, Assert.IsType<SignedByRequirement>(Assert.Single(Requirements())).KeyPath);
        Assert.Equal(s_new.PublicKey, File.ReadAllBytes(_root.Full(NewPath)));
    }

    [Fact]
    public void A_release_that_holds_no_two_sigstore_keys_is_refused_by_name()
    {
        Write(TestPolicy.SigstoreSigned("/keys/old.pub"));
        string before = _root.Read(Policy);
        RotationScope scope = Assert.Single(new KeyRotation(Open("4.9"), Request("new.pub")).Plan(KeyRotationStep.Both));
        Assert.Equal("ChangeWouldBeRefused", scope.Error?.ErrorId);
        Assert.Null(scope.Change);
        Assert.Contains("podman 4.9", scope.Error!.Message, StringComparison.Ordinal);
        Assert.Equal(before, _root.Read(Policy));
        Assert.False(_root.Has("/etc/pki/containers/new.pub"));
    }

    [Fact]
    public void The_new_key_takes_no_file_from_the_old_one()
    {
        Binary(NewPath, s_old.PublicKey);
        Write(TestPolicy.SignedBy(NewPath));
        RotationScope scope = Assert.Single(new KeyRotation(Open(), Request("new.asc")).Plan(KeyRotationStep.Both));
        Assert.Equal("KeyFileDiffers", scope.Error?.ErrorId);
        Assert.Equal(s_old.PublicKey, File.ReadAllBytes(_root.Full(NewPath)));
    }

    [Fact]
    public void Without_scopes_all_that_have_one_of_the_keys_are_meant()
    {
        string old = TestPolicy.SignedBy("/keys/old.asc");
        _root.Write(Policy, "{\"default\":[" + TestPolicy.Reject + "],\"transports\":{\"docker\":{\"a.example.com\":[" + old + "],"
            + "\"b.example.com\":[" + TestPolicy.SignedBy("/keys/third.asc") + "],\"c.example.com\":["
            + TestPolicy.SignedBy("/keys/none.asc") + "]},\"atomic\":{\"d.example.com\":[" + old + "]}}}");
        KeyRotationRequest all = Request("new.asc") with { Registries = [] };
        Assert.Equal(["a.example.com", "atomic:d.example.com"],
            new KeyRotation(Open(), all).Find().Select(static s => s.State.Scope));
        KeyRotationRequest unknown = all with { OldFingerprints = [new string('A', 40)] };
        KeyRotationState none = Assert.Single(new KeyRotation(Open(), unknown).Find()).State;
        Assert.Equal(KeyRotationStep.Neither, none.Step);
        Assert.Null(none.Scope);
        RotationScope named = Assert.Single(new KeyRotation(Open(), Request("new.asc") with { Registries = ["b.example.com"] })
            .Plan(KeyRotationStep.Both));
        Assert.Equal("OldKeyNotFound", named.Error?.ErrorId);
        Assert.Equal(KeyRotationStep.Neither, named.State.Step);
    }

    [Fact]
    public void A_key_file_that_cannot_be_read_leaves_its_scope_unchecked()
    {
        _root.Write("/keys/broken.asc", "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nAAAA");
        Write(TestPolicy.SignedBy("/keys/broken.asc"));
        KeyRotationState state = State(Request("new.asc"));
        Assert.Equal(KeyRotationStep.NotChecked, state.Step);
        Assert.NotNull(state.ErrorId);
        Assert.Contains("/keys/broken.asc", state.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_scope_that_was_changed_meanwhile_is_left_alone()
    {
        Write(TestPolicy.SignedBy("/keys/old.asc"));
        TrustStore store = Open();
        TrustChange change = Assert.Single(new KeyRotation(store, Request("new.asc")).Plan(KeyRotationStep.Both)).Change!;
        Write(TestPolicy.Reject);
        TrustException e = Assert.Throws<TrustException>(() => store.Apply([change], new TrustEditOptions(), CancellationToken.None));
        Assert.Equal("RequirementsChanged", e.ErrorId);
        Assert.IsType<RejectRequirement>(Assert.Single(Requirements()));
        Assert.False(_root.Has(NewPath));
    }

    [Fact]
    public void Keys_are_told_apart_before_a_host_is_asked()
    {
        RotationKey key = RotationKey.Read(_root.Full("/here/new.asc"));
        Assert.Equal([s_new.Fingerprint], key.Fingerprints);
        Assert.Equal("SameKey", Assert.Throws<TrustException>(() => new KeyRotation(Open(),
            Request("new.asc") with { OldFingerprints = key.Fingerprints })).ErrorId);
        Assert.Equal("MissingKey", Assert.Throws<TrustException>(() => new KeyRotation(Open(),
            Request("new.asc") with { OldFingerprints = [] })).ErrorId);
        Assert.Equal("NoUsableKey", Assert.ThrowsAny<TrustException>(() => RotationKey.Read(Text("/here/x.asc", "x"))).ErrorId);
        Assert.Equal(s_new.Fingerprint, RotationKey.Fingerprint(string.Join(' ', s_new.Fingerprint.ToLowerInvariant().Chunk(4)
            .Select(static c => new string(c)))));
        Assert.Equal("InvalidFingerprint", Assert.Throws<TrustException>(() => RotationKey.Fingerprint("ABCD")).ErrorId);
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.ASCII.GetBytes(text));

    private string Text(string path, string content)
    {
        _root.Write(path, content);
        return _root.Full(path);
    }

    private void Binary(string path, byte[] content)
    {
        _root.Write(path, "");
        File.WriteAllBytes(_root.Full(path), content);
    }

    private void Write(params string[] requirements) =>
        _root.Write(Policy, TestPolicy.Scopes(("a.example.com", string.Join(',', requirements))));

    private KeyRotationRequest Request(string file) => new()
    {
        Registries = ["a.example.com"],
        OldFingerprints = [file.EndsWith(".pub", StringComparison.Ordinal) ? TestKey.Get("P-256", "old").Fingerprint : s_old.Fingerprint],
        NewKey = RotationKey.Read(_root.Full($"/here/{file}")),
    };

    private KeyRotationState State(KeyRotationRequest request) => Assert.Single(new KeyRotation(Open(), request).Find()).State;

    private KeyRotationState Run(KeyRotationRequest request, KeyRotationStep step, string podman = Newest)
    {
        TrustStore store = Open(podman);
        KeyRotation rotation = new(store, request);
        RotationScope scope = Assert.Single(rotation.Plan(step));
        store.Apply([scope.Change!], new TrustEditOptions(), CancellationToken.None);
        return Assert.Single(rotation.Find()).State;
    }

    private TrustStore Open(string podman = Newest) => TrustStore.Open(
        new TrustStoreOptions { RootDirectory = _root.Path, PodmanVersion = podman },
        new TrustMessages { Warning = _root.Warnings.Add });

    private IReadOnlyList<TrustRequirement> Requirements() =>
        _root.Open().Read(new TrustQuery { Registries = ["a.example.com"] }).Single().Requirements;

    private void Same(params string[] requirements)
    {
        using ScratchRoot other = new();
        other.Write(Policy, TestPolicy.Scopes(("a.example.com", string.Join(',', requirements))));
        Assert.Equal(other.Open().Read(new TrustQuery { Registries = ["a.example.com"] }).Single().Requirements, Requirements());
    }
}
