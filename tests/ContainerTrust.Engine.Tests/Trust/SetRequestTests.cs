using System.Security.Cryptography;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Tests.Hosts.Lookup;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Engine.Tests.Trust;

public sealed class SetRequestTests : IDisposable
{
    private static readonly RequirementOptions s_reject = new() { Type = TrustType.Reject };
    private static readonly LookasideSection s_store = new() { SignatureStore = "https://store.example.com" };
    private readonly ScratchRoot _root = new();

    public void Dispose() => _root.Dispose();

    public static TheoryData<string, SetRequest> Impossible => new()
    {
        { "MissingRegistry", new SetRequest { Options = s_reject } },
        { "EmptyStore", new SetRequest { Registries = ["a.example.com"], Stores = new LookasideSection { SignatureStore = "" } } },
        { "EmptyStore", new SetRequest { Registries = ["a.example.com"], Stores = new LookasideSection { SignatureStoreStaging = "" } } },
        { "PresetAlone", new SetRequest { Preset = "RedHat", Registries = ["a.example.com"] } },
        { "PresetAlone", new SetRequest { Preset = "RedHat", IsDefault = true } },
        { "PresetAlone", new SetRequest { Preset = "RedHat", Transport = "docker" } },
        { "PresetAlone", new SetRequest { Preset = "RedHat", Options = s_reject } },
        { "PresetAlone", new SetRequest
            { Preset = "RedHat", Options = new RequirementOptions { OidcIssuer = "https://login.example.com" } } },
        { "PresetAlone", new SetRequest { Preset = "RedHat", Stores = s_store } },
        { "InvalidIdentity", new SetRequest
            { IsDefault = true, Options = new RequirementOptions
            { SignedIdentity = new ExactReferenceIdentity { DockerReference = "%" } } } },
    };

    [Theory]
    [MemberData(nameof(Impossible))]
    public void What_is_possible_on_no_host_is_refused_before_one_is_asked(string errorId, SetRequest request)
    {
        Assert.Equal(errorId, Assert.Throws<TrustException>(request.RequirePossible).ErrorId);
        Assert.Equal(errorId, Assert.Throws<TrustException>(() => request.ToChanges(_root.Open())).ErrorId);
    }

    [Fact]
    public void Scopes_share_requirements_and_stores()
    {
        SetRequest request = new() { IsDefault = true, Registries = ["a.example.com", "b.example.com"], Options = s_reject,
            Stores = s_store };
        IReadOnlyList<TrustChange> changes = request.ToChanges(_root.Open());
        Assert.Equal(["the default", "a.example.com", "b.example.com"], changes.Select(static c => c.ToString()));
        Assert.All(changes, static c => Assert.IsType<RejectRequirement>(Assert.Single(c.Requirements!)));
        Assert.All(changes, static c => Assert.Equal(s_store, c.Section));
        Assert.All(changes, static c => Assert.True(c.SwitchOnAttachments));
        Assert.Equal([true, false, false], changes.Select(static c => c.IsDefault));
    }

    [Fact]
    public void Stores_alone_leave_the_policy_as_it_is()
    {
        TrustChange change = Assert.Single(new SetRequest { Registries = ["a.example.com"], Stores = s_store }.ToChanges(_root.Open()));
        Assert.Null(change.Requirements);
        Assert.False(change.SwitchOnAttachments);
        Assert.Equal("MissingType",
            Assert.Throws<TrustException>(() => new SetRequest { Registries = ["a.example.com"] }.ToChanges(_root.Open())).ErrorId);
    }

    [Fact]
    public void Who_says_something_of_attachments_gets_that()
    {
        SetRequest request = new()
            { Registries = ["a.example.com"], Options = s_reject, Stores = new LookasideSection { UseSigstoreAttachments = false } };
        Assert.False(Assert.Single(request.ToChanges(_root.Open())).SwitchOnAttachments);
    }

    [Fact]
    public void One_scope_that_is_refused_leaves_the_others_if_that_is_wanted()
    {
        SetRequest request = new() { Registries = ["https://bad.example.com", "good.example.com"], Options = s_reject };
        List<TrustException> refused = [];
        Assert.Equal("good.example.com", Assert.Single(request.ToChanges(_root.Open(), refused.Add)).Registry);
        Assert.Equal("UnreachableScope", Assert.Single(refused).ErrorId);
        Assert.Equal("UnreachableScope", Assert.Throws<TrustException>(() => request.ToChanges(_root.Open())).ErrorId);
    }

    [Fact]
    public void A_key_that_is_missing_is_refused_for_whatever_is_set_and_taken_by_force()
    {
        RequirementOptions key = new() { KeyPaths = ["/keys/none.asc"] };
        ImageTrust entry = Entry() with { Requirements = [new SignedByRequirement { KeyPath = "/keys/none.asc" }] };
        foreach (SetRequest request in (SetRequest[])
        [
            new() { Registries = ["a.example.com"], Options = key }, new() { Preset = "RedHat" }, new()
                { Preset = "RedHat", Options = key },
            new() { Entries = [entry] }, new() { Entries = [Entry()], Options = key },
        ])
        {
            Assert.Equal("KeyFileNotFound", Assert.Throws<TrustException>(() => request.ToChanges(_root.Open())).ErrorId);
            Assert.NotEmpty((request with { Force = true }).ToChanges(_root.Open()));
        }

        Assert.Contains(_root.Warnings, static w => w.Contains("/keys/none.asc", StringComparison.Ordinal));
    }

    [Fact]
    public void An_entry_that_was_read_is_written_as_it_is()
    {
        ImageTrust entry = Entry() with { Registry = "busybox", PolicyPath = TrustLocations.SystemPolicyPath,
            SignatureStore = "https://inherited.example.com" };
        TrustChange change = Of(entry);
        Assert.Null(change.Section);
        Assert.True(change.ReplaceSection);
        Assert.Equal("https://inherited.example.com", change.InForce?.SignatureStore);
        Assert.False(change.SwitchOnAttachments);
    }

    [Fact]
    public void An_entry_that_was_made_by_hand_means_the_stores_that_it_says()
    {
        TrustChange change = Of(Entry() with { SignatureStore = "https://own.example.com" });
        Assert.Equal("https://own.example.com", change.Section?.SignatureStore);
        Assert.True(change.ReplaceSection);
        Assert.True(change.SwitchOnAttachments);
        Assert.Equal("UnreachableScope", Assert.Throws<TrustException>(() => Of(Entry() with { Registry = "busybox" })).ErrorId);
        Assert.Equal("EmptyScope", Assert.Throws<TrustException>(() => Of(Entry() with { Registry = "" })).ErrorId);
    }

    [Fact]
    public void The_stores_of_an_answer_about_one_image_are_not_the_scopes() =>
        Assert.Null(Of(Entry() with { SignatureStore = "https://own.example.com", Reference = "a.example.com/image:1" }).Section);

    [Fact]
    public void A_section_that_switches_attachments_off_is_not_overruled() =>
        Assert.False(Of(Entry() with { Section = new LookasideSection { UseSigstoreAttachments = false } }).SwitchOnAttachments);

    [Fact]
    public void An_entry_without_requirements_is_refused()
    {
        Assert.Equal("IncompleteEntry", Assert.Throws<TrustException>(() => Of(Entry() with { Requirements = null! })).ErrorId);
        Assert.Equal("IncompleteEntry", Assert.Throws<TrustException>(() => Of(Entry() with { Requirements = [] })).ErrorId);
        Assert.Equal("IncompleteEntry", Assert.Throws<TrustException>(() => Of(Entry() with { Registry = null! })).ErrorId);
    }

    [Fact]
    public void What_is_given_besides_an_entry_overrides_it()
    {
        ImageTrust entry = Entry() with { Section = new LookasideSection
            { SignatureStore = "https://old.example.com", SignatureStoreStaging = "https://stage.example.com" } };
        TrustChange change = Assert
            .Single(new SetRequest { Entries = [entry], Options = s_reject, Stores = s_store }.ToChanges(_root.Open()));
        Assert.IsType<RejectRequirement>(Assert.Single(change.Requirements!));
        Assert.Equal(s_store with { SignatureStoreStaging = "https://stage.example.com" }, change.Section);
    }

    [Fact]
    public void New_keys_for_an_entry_keep_its_identity_if_it_is_one()
    {
        SignedByRequirement exact = new() { KeyPath = "/keys/none.asc", SignedIdentity = new MatchExactIdentity() };
        SetRequest request = new() { Entries = [Entry() with { Requirements = [exact] }], Options = new RequirementOptions
            { KeyPaths = ["/keys/new.asc"] }, Force = true };
        SignedByRequirement written = Assert
            .IsType<SignedByRequirement>(Assert.Single(Assert.Single(request.ToChanges(_root.Open())).Requirements!));
        Assert.Equal(exact with { KeyPath = "/keys/new.asc" }, written);

        request = request with { Entries =
            [Entry() with { Requirements = [exact, exact with { SignedIdentity = new MatchRepositoryIdentity() }] }] };
        Assert.Equal("IdentityAmbiguous", Assert.Throws<TrustException>(() => request.ToChanges(_root.Open())).ErrorId);
    }

    [Fact]
    public void An_identity_goes_with_entries_that_have_signatures()
    {
        SetRequest request = new() { Entries = [Entry()], Options = new RequirementOptions { SignedIdentity = new MatchExactIdentity() } };
        Assert.Equal("KeysNotUsed", Assert.Throws<TrustException>(() => request.ToChanges(_root.Open())).ErrorId);
    }

    [Theory]
    [InlineData("matchexact", null, null, null, null, typeof(MatchExactIdentity))]
    [InlineData("MatchRepoDigestOrExact", null, null, null, null, typeof(MatchRepoDigestOrExactIdentity))]
    [InlineData("matchRepository", null, null, null, null, typeof(MatchRepositoryIdentity))]
    [InlineData(null, "a.example.com/b:1", null, null, null, typeof(ExactReferenceIdentity))]
    [InlineData(null, null, "a.example.com/b", null, null, typeof(ExactRepositoryIdentity))]
    [InlineData(null, null, null, "a.example.com", "b.example.com", typeof(RemapIdentity))]
    [InlineData(null, null, null, null, null, null)]
    public void The_identity_options_make_one_rule(string? rule, string? reference, string? repository, string? prefix,
        string? signedPrefix, Type? expected) =>
        Assert.Equal(expected, IdentityRule.Of(rule, reference, repository, prefix, signedPrefix)?.GetType());

    [Theory]
    [InlineData("exact", null, null, null)]
    [InlineData("matchExact", "a.example.com/b:1", null, null)]
    [InlineData(null, null, "a.example.com", null)]
    [InlineData(null, null, null, "a.example.com")]
    public void Identity_options_that_do_not_go_together_are_refused(string? rule, string? reference, string? prefix,
        string? signedPrefix) =>
        Assert.Equal("InvalidIdentity",
            Assert.Throws<TrustException>(() => IdentityRule.Of(rule, reference, null, prefix, signedPrefix)).ErrorId);

    [Fact]
    public void Faulty_changes_are_set_apart_and_the_others_made()
    {
        TrustStore store = _root.Open();
        TrustChange good = new() { Transport = "docker", Registry = "a.example.com", Requirements = [new RejectRequirement()] };
        TrustChange bad = good with { Transport = "docker-daemon", Registry = "b.example.com", Section = s_store };
        Assert.Equal("NoSignatureStore", Assert.Throws<TrustException>(() => store.Prepare([good, bad])).ErrorId);
        PreparedChanges prepared = store.Prepare([good, bad], inPart: true);
        Assert.Equal([good], prepared.Changes);
        Assert.Equal("NoSignatureStore", Assert.Single(prepared.Refused).Error.ErrorId);
        Assert.Equal(prepared.Result.Files,
            store.ApplyPrepared(prepared, prepared.Changes, new TrustEditOptions(), CancellationToken.None).Files);
    }

    [Fact]
    public void What_changed_since_changes_were_prepared_is_kept()
    {
        TrustChange first = new() { Transport = "docker", Registry = "a.example.com", Requirements = [new RejectRequirement()] };
        TrustStore store = _root.Open();
        PreparedChanges prepared = store.Prepare([first]);
        _root.Apply(first with { Registry = "b.example.com" });
        store.ApplyPrepared(prepared, prepared.Changes, new TrustEditOptions(), CancellationToken.None);
        Assert.Equal(["a.example.com", "b.example.com"], _root.Open().Read(TrustQuery.All).Where(static t => t.Transport == "docker")
            .Select(static t => t.Registry).Order());

        // What was there when it was prepared, and is not any more, is written again.
        PreparedChanges nothing = store.Prepare([first]);
        Assert.Empty(nothing.Result.Files);
        _root.Apply(first with { Remove = true, Requirements = null });
        Assert.Single(store.ApplyPrepared(nothing, nothing.Changes, new TrustEditOptions(), CancellationToken.None).Files);
        Assert.Contains(_root.Open().Read(TrustQuery.All), static t => t.Registry == "a.example.com");
    }

    [Fact]
    public void Another_writers_work_in_the_meantime_is_not_claimed()
    {
        TrustChange change = new() { Transport = "docker", Registry = "a.example.com", Requirements = [new RejectRequirement()] };
        TrustStore store = _root.Open();
        PreparedChanges prepared = store.Prepare([change]);
        Assert.Single(prepared.Result.Files);
        _root.Apply(change);
        Assert.Empty(store.ApplyPrepared(prepared, prepared.Changes, new TrustEditOptions(), CancellationToken.None).Files);
    }

    [Fact]
    public void What_waited_for_an_answer_is_read_and_told_anew()
    {
        TrustChange change = new() { Transport = "docker", Registry = "a.example.com", Requirements = [new RejectRequirement()] };
        using LevelsHost host = new();
        TrustStore store = host.Open("5");
        PreparedChanges prepared = store.Prepare([change]);
        Assert.Contains("did not exist", Assert.Single(prepared.Result.Warnings), StringComparison.Ordinal);
        Assert.Equal(0, host.Refreshes);
        prepared.MadeAt -= 10_000;
        host.Write(LevelsHost.Policy, """{"default":[{"type":"reject"}]}""");
        Assert.Empty(store.ApplyPrepared(prepared, prepared.Changes, new TrustEditOptions(), CancellationToken.None).Warnings);
        Assert.Equal(1, host.Refreshes);
        Assert.Empty(host.Warnings);

        // What is made at once is not asked for again.
        TrustChange next = change with { Registry = "b.example.com" };
        prepared = store.Prepare([next]);
        store.ApplyPrepared(prepared, prepared.Changes, new TrustEditOptions(), CancellationToken.None);
        Assert.Equal(1, host.Refreshes);
    }

    [Theory]
    [InlineData(false, true, null)]
    [InlineData(true, false, null)]
    [InlineData(true, true, "KeyFileNotFound")]
    public void A_key_file_that_goes_while_a_question_waits_is_missed(bool hasGone, bool waits, string? errorId)
    {
        foreach (bool force in (bool[])[false, true])
        {
            using ScratchRoot root = new();
            using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            root.Write("/etc/keys/k.pub", key.ExportSubjectPublicKeyInfoPem());
            TrustStore store = root.Open();
            SetRequest request = new()
            {
                Registries = ["a.example.com"],
                Options = new RequirementOptions { Type = TrustType.SigstoreSigned, KeyPaths = ["/etc/keys/k.pub"] },
                Force = force,
            };
            PreparedChanges prepared = store.Prepare(request.ToChanges(store));
            if (waits)
                prepared.MadeAt -= 10_000;
            if (hasGone)
                File.Delete(root.Full("/etc/keys/k.pub"));
            string? found = Record.Exception(() =>
                store.ApplyPrepared(prepared, prepared.Changes, new TrustEditOptions(), CancellationToken.None)) is TrustException e
                ? e.ErrorId : null;
            Assert.Equal(force ? null : errorId, found);
            Assert.Equal(found is null, root.Has("/etc/containers/policy.json"));
        }
    }

    [Fact]
    public void Only_what_is_wanted_of_it_is_made()
    {
        TrustChange first = new() { Transport = "docker", Registry = "a.example.com", Requirements = [new RejectRequirement()] };
        TrustChange second = first with { Registry = "b.example.com" };
        TrustStore store = _root.Open();
        store.ApplyPrepared(store.Prepare([first, second]), [second], new TrustEditOptions(), CancellationToken.None);
        Assert.Equal(["b.example.com"], _root.Open().Read(TrustQuery.All).Where(static t => t.Transport == "docker")
            .Select(static t => t.Registry));
    }

    private TrustChange Of(ImageTrust entry) => Assert.Single(new SetRequest { Entries = [entry] }.ToChanges(_root.Open()));

    private static ImageTrust Entry() =>
        new() { ComputerName = "", Transport = "docker", Registry = "a.example.com", Requirements = [new RejectRequirement()] };
}
