using System.Text;
using ContainerTrust.Engine.Formats.Pem;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Keys;
using ContainerTrust.Engine.Sigstore;
using ContainerTrust.Engine.Sigstore.Roots;
using ContainerTrust.Engine.Sigstore.X509;
using ContainerTrust.Engine.Tests.Sigstore;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Engine.Tests.Keys;

/// <summary>What a policy can have of a sigstore instance, and what is said of the rest.</summary>
public sealed class TrustedRootMembersTests
{
    private static readonly DateTimeOffset s_now = TestInstance.Time;
    private static readonly string s_past = TestInstance.Window(s_now.AddYears(-2), s_now.AddDays(-1));
    private static readonly string s_future = TestInstance.Window(s_now.AddDays(1), null);

    private readonly List<string> _warnings = [];
    private readonly List<string> _details = [];

    private TrustedRootMembers Of(string root, bool needsAuthority = true) => TrustedRootMembers.Of(
        TestInstance.SourceOf(root), needsAuthority, new TrustMessages { Warning = _warnings.Add, Verbose = _details.Add }, s_now);

    private static RequirementOptions Options(TrustedRootMembers root) =>
        new() { TrustedRoot = root, OidcIssuer = TestInstance.Issuer, SubjectEmail = TestInstance.Email };

    private static SigstoreSignedRequirement Build(RequirementOptions options) =>
        Assert.IsType<SigstoreSignedRequirement>(Assert.Single(new RequirementFactory(new MemoryHost()).Build(options)));

    [Fact]
    public void The_root_of_the_CA_and_the_key_of_the_log_are_taken()
    {
        TestInstance instance = new() { DemandsCertificateLog = true };
        SigstoreSignedRequirement requirement = Build(Options(Of(instance.TrustedRoot())));
        Assert.Equal((null, TestInstance.Issuer, TestInstance.Email),
            (requirement.Fulcio!.CaPath, requirement.Fulcio.OidcIssuer, requirement.Fulcio.SubjectEmail));
        byte[] ca = Convert.FromBase64String(requirement.Fulcio.CaData!);
        Assert.True(PemCertificates.TryReadAll(ca, out List<SigstoreCertificate> roots, out _));
        Assert.Equal(instance.Root.Der, Assert.Single(roots).Raw.ToArray());
        Assert.Null(requirement.RekorPublicKeyDatas);
        Assert.True(PemBlock.TryFind(Convert.FromBase64String(requirement.RekorPublicKeyData!), out PemBlock key));
        Assert.Equal(instance.LogKey.SubjectPublicKeyInfo, key.Content.ToArray());

        // Signatures bring what is between, so that the path is found by it.
        Assert.True(SigstoreCertificate.TryParse(instance.NewLeaf().Der, out SigstoreCertificate? leaf, out _));
        Assert.True(SigstoreCertificate.TryParse(instance.Authority.Der, out SigstoreCertificate? between, out _));
        new FulcioTrust(roots, TestInstance.Issuer, TestInstance.Email).Verify(leaf, [between], s_now);
        FulcioTrust other = new(roots, TestInstance.Issuer, "other@example.com");
        Assert.Throws<SigstoreRefusal>(() => other.Verify(leaf, [between], s_now));

        // The key of Rekor 2 and the time stamps are said to be lost.
        Assert.Equal(2, _warnings.Count);
        Assert.Contains(TestInstance.TileHost, _warnings[0], StringComparison.Ordinal);
        Assert.Contains("time stamp authorities", _warnings[1], StringComparison.Ordinal);
        Assert.Contains(_details, static d => d.Contains("log of certificates", StringComparison.Ordinal));
    }

    [Fact]
    public void What_does_not_count_now_is_not_taken()
    {
        foreach (string window in (string[])[s_past, s_future])
        {
            AssertUnusable(new TestInstance { AuthorityValidity = window }, "none of its CAs counts at 2024-03-01");
            AssertUnusable(new TestInstance { LogValidity = window, TileValidity = window }, "none of its logs counts at 2024-03-01");

            // Only the log of Rekor 2 is left.
            AssertUnusable(new TestInstance { LogValidity = window }, "which policy.json cannot express");
        }

        string now = TestInstance.Window(s_now, s_now);
        Of(new TestInstance { AuthorityValidity = now, LogValidity = now }.TrustedRoot());
        Of(new TestInstance { AuthorityValidity = s_past }.TrustedRoot(), needsAuthority: false);
    }

    [Fact]
    public void Old_ones_beside_new_ones_are_left_out_and_said()
    {
        TestInstance instance = new(), old = new() { AuthorityValidity = s_past, LogValidity = s_past };
        string root = instance.TrustedRoot()
            .Replace("\"tlogs\":[", "\"tlogs\":[" + TestInstance.Log("https://old.example.com", TestKey.Get("P-256", "old log"),
                System.Security.Cryptography.SHA256.HashData(TestKey.Get("P-256", "old log").SubjectPublicKeyInfo), s_past) + ",",
                StringComparison.Ordinal)
            .Replace("\"certificateAuthorities\":[", "\"certificateAuthorities\":[" + Authorities(old) + ",", StringComparison.Ordinal);
        TrustedRootMembers members = Of(root);
        Assert.Single(members.LogKeys);
        Assert.True(PemCertificates.TryReadAll(members.Authorities, out List<SigstoreCertificate> roots, out _));
        Assert.Equal(instance.Root.Der, Assert.Single(roots).Raw.ToArray());
        Assert.Contains(_warnings, static w => w.Contains("1 CA does not count at 2024-03-01 and is left out", StringComparison.Ordinal));
        Assert.Contains(_warnings, static w => w.Contains("1 log does not count at 2024-03-01 and is left out", StringComparison.Ordinal));
    }

    [Fact]
    public void Several_logs_are_several_keys()
    {
        TestKey second = TestKey.Get("P-256", "second log");
        string log = TestInstance.Log("https://second.example.com", second,
            System.Security.Cryptography.SHA256.HashData(second.SubjectPublicKeyInfo), TestInstance.Window(s_now.AddDays(-1), null));
        string root = new TestInstance().TrustedRoot().Replace("\"tlogs\":[", $"\"tlogs\":[{log},", StringComparison.Ordinal);
        SigstoreSignedRequirement requirement = Build(Options(Of(root)));
        Assert.Null(requirement.RekorPublicKeyData);
        Assert.Equal(2, requirement.RekorPublicKeyDatas!.Count);
    }

    [Fact]
    public void With_keys_the_logs_alone_are_taken()
    {
        TrustedRootMembers root = Of(new TestInstance().TrustedRoot(), needsAuthority: false);
        SigstoreSignedRequirement requirement = Build(new RequirementOptions { TrustedRoot = root, KeyPaths = ["/k.pub"] });
        Assert.Equal(("/k.pub", null), (requirement.KeyPath, requirement.Fulcio));
        Assert.NotNull(requirement.RekorPublicKeyData);
    }

    [Fact]
    public void What_does_not_go_with_a_root_is_refused()
    {
        RequirementOptions options = Options(Of(new TestInstance().TrustedRoot()));
        AssertRefused("ParametersNotTogether", options with { FulcioCAPath = "/ca" });
        AssertRefused("ParametersNotTogether", options with { RekorPublicKeyPaths = ["/r"] });
        AssertRefused("ParametersNotTogether", options with { CARootsPath = "/ca" });
        AssertRefused("ParametersNotTogether", options with { SubjectHostname = "host.example.com" });
        AssertRefused("ParametersNotTogether", options with { AnyKey = true });
        AssertRefused("ParametersNotTogether", options with { KeyPaths = ["/k"] });
        AssertRefused("ParametersNotTogether", options with { Type = TrustType.SignedBy });
        AssertRefused("KeysNotUsed", options with { Type = TrustType.Accept });
        AssertRefused("IncompleteIdentity", options with { OidcIssuer = null });
        AssertRefused("IncompleteIdentity", options with { SubjectEmail = null });
        AssertRefused("InvalidSubject", options with { SubjectEmail = "signer@example.com " });
    }

    [Fact]
    public void A_file_that_is_missing_or_is_none_ends_it()
    {
        TrustException e = Assert.Throws<TrustException>(
            static () => TrustedRootMembers.Read("/none/trusted_root.json", needsAuthority: true, TrustMessages.None));
        Assert.Equal(("TrustedRootNotFound", "/none/trusted_root.json"), (e.ErrorId, e.Target));
        Assert.Equal("InvalidTrustedRoot", Assert.ThrowsAny<TrustException>(() => Of("{}")).ErrorId);
    }

    [Fact]
    public void Damaged_roots_are_refused_or_give_members_that_count()
    {
        byte[][] seeds = [Encoding.UTF8.GetBytes(new TestInstance().TrustedRoot())];
        int refused = Mutation.Run(seeds, 2000, 9, content =>
        {
            TrustedRootMembers members = TrustedRootMembers.Of(new SigstoreKeySource("r", content), true, TrustMessages.None, s_now);
            SigstoreSignedRequirement requirement = Build(Options(members));
            _ = SigstoreTrust.FromFulcio(new SigstoreKeySource("ca", Convert.FromBase64String(requirement.Fulcio!.CaData!)),
                TestInstance.Issuer, TestInstance.Email, [.. members.LogKeys.Select(static k => new SigstoreKeySource("log", k))]);
        }, maxBytes: 32_000_000);
        Assert.InRange(refused, 500, 1990);
    }

    private void AssertUnusable(TestInstance instance, string why)
    {
        TrustException e = Assert.Throws<TrustException>(() => Of(instance.TrustedRoot()));
        Assert.Equal("TrustedRootNotUsable", e.ErrorId);
        Assert.Contains(why, e.Message, StringComparison.Ordinal);
    }

    private static void AssertRefused(string id, RequirementOptions options)
    {
        TrustException e = Assert.Throws<TrustException>(() => Build(options));
        Assert.True(id == e.ErrorId, $"{e.ErrorId}: {e.Message}");
    }

    private static string Authorities(TestInstance instance)
    {
        string root = instance.TrustedRoot();
        int start = root.IndexOf("\"certificateAuthorities\":[", StringComparison.Ordinal) + "\"certificateAuthorities\":[".Length;
        return root[start..root.IndexOf("],\r\n\"ctlogs\"".Replace("\r", "", StringComparison.Ordinal), start, StringComparison.Ordinal)];
    }
}
