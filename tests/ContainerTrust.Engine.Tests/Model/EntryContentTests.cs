using System.Reflection;

namespace ContainerTrust.Engine.Tests.Model;

/// <summary>What makes two entries the same.</summary>
public class EntryContentTests
{
    // Where an entry was read, and words about it.
    private static readonly string[] s_place =
    [
        nameof(ImageTrust.ComputerName), nameof(ImageTrust.PolicyPath), nameof(ImageTrust.PolicyLevel), nameof(ImageTrust.PolicyHides),
        nameof(ImageTrust.RegistriesPath), nameof(ImageTrust.StorePath), nameof(ImageTrust.StoreLevel), nameof(ImageTrust.StoreHides),
        nameof(ImageTrust.Origin), nameof(ImageTrust.Reason),
    ];

    private static TrustKey Key(string fingerprint) => new()
    {
        Kind = TrustKeyKind.OpenPgp,
        Fingerprint = fingerprint,
        Algorithm = "RSA",
        UserIds = ["a", "b"],
        Subkeys = [new TrustSubkey { Fingerprint = "S", Algorithm = "RSA" }],
    };

    private static ImageTrust Make() => new()
    {
        ComputerName = "one",
        Transport = "docker",
        Registry = "a.example.com",
        Requirements =
        [
            new SignedByRequirement { KeyPaths = ["/a", "/b"], SignedIdentity = new MatchExactIdentity() },
            new SigstoreSignedRequirement { KeyDatas = ["YQ=="], RekorPublicKeyPaths = ["/r"] },
        ],
        Keys = [Key("A"), Key("B")],
        SignatureStore = "https://a",
        SignatureStoreStaging = "file:///a",
        UseSigstoreAttachments = true,
        Section = new LookasideSection { SignatureStore = "https://a" },
        Reference = "a.example.com/x:1",
    };

    [Fact]
    public void The_same_content_is_equal_whatever_objects_it_is_made_of()
    {
        ImageTrust one = Make(), other = Make();
        Assert.Equal(one, other);
        Assert.True(one == other);
        Assert.Equal(one.GetHashCode(), other.GetHashCode());
        Assert.Equal(0, one.CompareTo(other));
        Assert.Equal(one.ToString(), other.ToString());
        Assert.Equal(one, ImageTrust.Parse(one.Definition));
    }

    public static TheoryData<string> Members() =>
        [.. typeof(ImageTrust).GetProperties().Where(static p => p.SetMethod is not null).Select(static p => p.Name)];

    /// <summary>Also of a member that is added later: it counts, or is in the list of those that do not.</summary>
    [Theory]
    [MemberData(nameof(Members))]
    public void Each_member_counts_or_says_where_the_entry_is(string name)
    {
        ImageTrust one = Make(), other = Make();
        PropertyInfo property = typeof(ImageTrust).GetProperty(name)!;
        property.SetValue(other, property.GetValue(one) switch
        {
            string text => text + "x",
            bool flag => !flag,
            null when property.PropertyType == typeof(string) => "x",
            LookasideSection section => section with { SignatureStoreStaging = "file:///x" },
            IReadOnlyList<TrustRequirement> list => list.Reverse().ToArray(),
            IReadOnlyList<TrustKey> list => list.Take(1).ToArray(),
            null when property.PropertyType == typeof(ImageTrustOrigin) => new ImageTrustOrigin { ComputerName = "x" },
            var value => throw new InvalidOperationException($"No other value is known for {name}: {value}."),
        });
        bool isSame = s_place.Contains(name);
        Assert.Equal(isSame, one.Equals(other));
        Assert.Equal(isSame, one.CompareTo(other) == 0);
        Assert.Equal(isSame, one.ToString() == other.ToString());
        Assert.Equal(-Math.Sign(one.CompareTo(other)), Math.Sign(other.CompareTo(one)));
    }

    [Theory]
    [InlineData(typeof(SignedByRequirement))]
    [InlineData(typeof(SigstoreSignedRequirement))]
    [InlineData(typeof(TrustKey))]
    public void Each_member_of_what_an_entry_is_made_of_counts(Type type)
    {
        foreach (PropertyInfo property in type.GetProperties().Where(static p => p.SetMethod is not null
            && p.Name is not (nameof(TrustKey.ComputerName) or nameof(TrustKey.Scope))))
        {
            object one = New(type), other = New(type);
            Assert.Equal(one, other);
            property.SetValue(other, property.PropertyType switch
            {
                var t when t == typeof(string) => "x",
                var t when t == typeof(bool) => !(bool)property.GetValue(one)!,
                var t when t == typeof(int) => 7,
                var t when t == typeof(TrustKeyKind) => TrustKeyKind.PublicKey,
                var t when t == typeof(DateTimeOffset?) => DateTimeOffset.UnixEpoch,
                var t when t == typeof(SignedIdentity) => new MatchExactIdentity(),
                var t when t == typeof(FulcioIdentity) => new FulcioIdentity { OidcIssuer = "x", SubjectEmail = "x" },
                var t when t == typeof(PkiIdentity) => new PkiIdentity { SubjectEmail = "x" },
                var t when t == typeof(IReadOnlyList<string>) => new[] { "x" },
                var t when t == typeof(IReadOnlyList<TrustSubkey>) => new[] { new TrustSubkey { Fingerprint = "x", Algorithm = "x" } },
                var t => throw new InvalidOperationException($"No other value is known for {property.Name}, a {t.Name}."),
            });
            Assert.False(one.Equals(other), $"{type.Name}.{property.Name} counts");
        }
    }

    private static object New(Type type) => type == typeof(TrustKey) ? Key("A")
        : type == typeof(SignedByRequirement) ? new SignedByRequirement() : new SigstoreSignedRequirement();
}
