using ContainerTrust.Engine.Compliance.Comparison;

namespace ContainerTrust.Engine.Tests.Compliance.Comparison;

public class TrustComparerTests
{
    private static readonly string[] s_keys = ["/keys/a", "/keys/b", "/keys/c"];

    // Every signature that there can be: by a key, of the image's own tag or of another one of its repository.
    private static readonly (string Key, bool IsOwnTag)[] s_signatures =
        [.. s_keys.SelectMany(static k => new[] { (k, true), (k, false) })];

    /// <summary>
    /// A verdict is a promise: it is compared with what both lists accept, for every set of signatures that an image can have.
    /// </summary>
    [Fact]
    public void A_verdict_is_never_more_than_what_is_so()
    {
        Random random = new(18);
        Dictionary<ImageTrustVerdict, int> seen = [];
        int exact = 0;
        for (int i = 0; i < 20_000; i++)
        {
            TrustRequirement[] before = List(random), after = random.Next(8) == 0 ? before : List(random);
            ImageTrustVerdict verdict = Compare(before, after);
            seen[verdict] = seen.GetValueOrDefault(verdict) + 1;
            bool isNoMore = IsWithin(after, before), isNoLess = IsWithin(before, after);
            string what = $"{string.Join(" and ", before.AsEnumerable())} -> {string.Join(" and ", after.AsEnumerable())}: {verdict}";
            Assert.True(verdict is not (ImageTrustVerdict.Same or ImageTrustVerdict.Stricter) || isNoMore, what);
            Assert.True(verdict is not (ImageTrustVerdict.Same or ImageTrustVerdict.Weaker) || isNoLess, what);
            exact += verdict == (isNoMore && isNoLess ? ImageTrustVerdict.Same : isNoMore ? ImageTrustVerdict.Stricter
                : isNoLess ? ImageTrustVerdict.Weaker : ImageTrustVerdict.Different) ? 1 : 0;
        }

        Assert.All(
            Enum.GetValues<ImageTrustVerdict>(),
            v => Assert.True(seen.GetValueOrDefault(v) > 1000, $"{v}: {seen.GetValueOrDefault(v)}"));

        // What is so and cannot be seen is rare: a verdict that is always Different would be of no use.
        Assert.True(exact > 19_000, $"{exact} of 20000");
    }

    [Fact]
    public void The_other_way_round_the_verdict_is_the_opposite()
    {
        Random random = new(81);
        for (int i = 0; i < 2_000; i++)
        {
            TrustRequirement[] one = List(random), other = List(random);
            Assert.Equal(Compare(one, other) switch
            {
                ImageTrustVerdict.Stricter => ImageTrustVerdict.Weaker,
                ImageTrustVerdict.Weaker => ImageTrustVerdict.Stricter,
                var same => same,
            }, Compare(other, one));
        }
    }

    [Fact]
    public void A_scope_that_nothing_is_known_of_is_different()
    {
        TrustSide one = TrustSide.Of("one", [Entry("a.example.com", [new RejectRequirement()])]);
        TrustSide other = TrustSide.Of("other", [Entry("b.example.com", [new RejectRequirement()])]);
        Assert.All(TrustComparer.Compare(one, other), static d =>
        {
            Assert.Equal(ImageTrustVerdict.Different, d.Verdict);
            Assert.Contains("default was not given", Assert.Single(d.Reasons), StringComparison.Ordinal);
        });
    }

    [Fact]
    public void A_copy_of_a_key_from_before_its_revocation_is_another_key()
    {
        TrustSubkey good = new() { Fingerprint = "S", Algorithm = "RSA", CanSign = true };
        TrustKey key = new()
        {
            Kind = TrustKeyKind.OpenPgp, Fingerprint = "K", Algorithm = "RSA", CanSign = true, Path = "/k", Subkeys = [good],
        };
        foreach (TrustKey older in new[]
        {
            key with { IsRevoked = true },
            key with { Expires = DateTimeOffset.UnixEpoch },
            key with { Subkeys = [good with { IsRevoked = true }] },
            key with { Subkeys = [] },
        })
        {
            ImageTrustDifference found = OfKeys([key], [older]);
            Assert.Equal(ImageTrustVerdict.Different, found.Verdict);
            Assert.Contains("The keys are the same, but for their ends, revocations or subkeys.", found.Reasons);
        }

        Assert.Equal(ImageTrustVerdict.Same, OfKeys([key], [key with { Subkeys = [good with { }] }]).Verdict);
    }

    /// <summary>As podman judges the files of a requirement together: without the second file the key is taken again.</summary>
    [Fact]
    public void A_revocation_in_another_file_of_the_requirement_counts()
    {
        TrustKey key = new() { Kind = TrustKeyKind.OpenPgp, Fingerprint = "K", Algorithm = "RSA", CanSign = true, Path = "/k" };
        ImageTrust both = Entry("a.example.com", [new SignedByRequirement { KeyPaths = ["/k", "/r"] }]) with
        {
            Keys = [key, key with { Path = "/r", IsRevoked = true }],
        };
        ImageTrust one = Entry("a.example.com", [new SignedByRequirement { KeyPath = "/k" }]) with { Keys = [key] };
        Assert.Equal(ImageTrustVerdict.Different, Single(both, one).Verdict);
        Assert.Equal(ImageTrustVerdict.Different, Single(one, both).Verdict);
    }

    [Fact]
    public void With_another_store_nothing_is_certain_but_what_needs_no_signature()
    {
        ImageTrust any = Entry("a.example.com", [new SignedByRequirement { KeyPaths = ["/a", "/b"] }]);
        any = any with { SignatureStore = "https://1" };
        ImageTrust one = Entry("a.example.com", [new SignedByRequirement { KeyPaths = ["/a"] }]);
        one = one with { SignatureStore = "https://2" };
        Assert.Equal(ImageTrustVerdict.Different, Single(any, one).Verdict);
        Assert.Equal(ImageTrustVerdict.Stricter, Single(any, one with { SignatureStore = "https://1/" }).Verdict);
        Assert.Equal(ImageTrustVerdict.Stricter, Single(any, Entry("a.example.com", [new RejectRequirement()])).Verdict);
        Assert.Equal(ImageTrustVerdict.Weaker, Single(any, Entry("a.example.com", [new AcceptRequirement()])).Verdict);
    }

    [Fact]
    public void Data_that_cannot_be_read_is_known_by_its_bytes()
    {
        ImageTrust one = Entry("a.example.com", [new SignedByRequirement { KeyData = "YQ==" }]);
        ImageTrust other = Entry("a.example.com", [new SignedByRequirement { KeyData = "Yg==" }]);
        Assert.Equal(ImageTrustVerdict.Different, Single(one, other).Verdict);
    }

    [Fact]
    public void Entries_of_one_scope_that_differ_in_a_store_are_not_one_side()
    {
        ImageTrust one = Entry("a.example.com", [new SignedByRequirement { KeyPath = "/a" }]) with { SignatureStore = "https://1" };
        Assert.Equal("InvalidBaseline", Assert.Throws<TrustException>(() =>
            TrustSide.Of("two hosts", [one, one with { SignatureStore = "https://2" }])).ErrorId);
        Assert.Single(TrustComparer.Compare(TrustSide.Of("twice", [one, one with { }]), TrustSide.Of("once", [one])));
    }

    private static ImageTrustDifference OfKeys(TrustKey[] before, TrustKey[] after) => Single(
        Entry("a.example.com", [new SignedByRequirement { KeyPath = "/k" }]) with { Keys = before },
        Entry("a.example.com", [new SignedByRequirement { KeyPath = "/k" }]) with { Keys = after });

    private static ImageTrustDifference Single(ImageTrust before, ImageTrust after) =>
        Assert.Single(TrustComparer.Compare(TrustSide.Of("one", [before]), TrustSide.Of("other", [after])));

    private static ImageTrustVerdict Compare(TrustRequirement[] before, TrustRequirement[] after) => Assert.Single(TrustComparer.Compare(
        TrustSide.Of("one", [Entry("a.example.com", before)]), TrustSide.Of("other", [Entry("a.example.com", after)]))).Verdict;

    private static ImageTrust Entry(string scope, TrustRequirement[] requirements) =>
        new() { ComputerName = "", Transport = "docker", Registry = scope, Requirements = requirements };

    private static TrustRequirement[] List(Random random) => [.. Enumerable.Range(0, random.Next(1, 4)).Select<int, TrustRequirement>(_ =>
        random.Next(12) switch
        {
            0 or 1 => new AcceptRequirement(),
            2 => new RejectRequirement(),
            _ => new SignedByRequirement
            {
                KeyPaths = [.. s_keys.Where(_ => random.Next(2) == 0).DefaultIfEmpty(s_keys[random.Next(3)])],
                SignedIdentity = random.Next(4) switch
                {
                    0 => new MatchExactIdentity(),
                    1 => new MatchRepositoryIdentity(),
                    2 => new MatchRepoDigestOrExactIdentity(),
                    _ => null,
                },
            },
        })];

    private static bool IsWithin(TrustRequirement[] narrow, TrustRequirement[] wide)
    {
        for (int set = 0; set < 1 << s_signatures.Length; set++)
        {
            foreach (bool isByDigest in new[] { false, true })
            {
                if (narrow.All(r => Accepts(r, set, isByDigest)) && !wide.All(r => Accepts(r, set, isByDigest)))
                    return false;
            }
        }

        return true;
    }

    private static bool Accepts(TrustRequirement requirement, int set, bool isByDigest) => requirement switch
    {
        AcceptRequirement => true,
        SignedByRequirement signed => Enumerable.Range(0, s_signatures.Length).Any(i => (set >> i & 1) == 1
            && signed.KeyPaths!.Contains(s_signatures[i].Key)
            && signed.SignedIdentity switch
            {
                // The signatures name tags, so an image by digest has no name of its own in them.
                MatchExactIdentity => !isByDigest && s_signatures[i].IsOwnTag,
                MatchRepositoryIdentity => true,
                _ => isByDigest || s_signatures[i].IsOwnTag,
            }),
        _ => false,
    };
}
