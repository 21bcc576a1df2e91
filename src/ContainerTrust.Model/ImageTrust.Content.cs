using System.Security.Cryptography;
using System.Text;

namespace ContainerTrust;

/// <content>
/// What makes two entries the same: the scope, what is required, the keys, and the stores. Not where they were read, so that the entries
/// of two hosts can be compared.
/// </content>
#pragma warning disable CA1036 // The order is for Sort-Object and Compare-Object; "a < b" would read as "a trusts less".
public sealed partial record ImageTrust : IComparable<ImageTrust>, IComparable
#pragma warning restore CA1036
{
    // 48 bits tell the entries of a fleet apart; this is for people and for tables, not a proof.
    private const int MarkDigits = 12;

    /// <summary>
    /// Whether another entry says the same of the same scope: requirements, keys in their present state, and stores, its own and those in
    /// force. The host, the files that hold it and the reason of a lookup do not count.
    /// </summary>
    /// <param name="other">The other entry.</param>
    /// <returns>True if it does.</returns>
    public bool Equals(ImageTrust? other) =>
        other is not null && IsDefault == other.IsDefault && Transport == other.Transport && Registry == other.Registry
            && SignatureStore == other.SignatureStore && SignatureStoreStaging == other.SignatureStoreStaging
            && UseSigstoreAttachments == other.UseSigstoreAttachments && Section == other.Section && Reference == other.Reference
            && ListContent.AreEqual(Requirements, other.Requirements) && ListContent.AreEqual(Keys, other.Keys);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(
        Transport, Registry, SignatureStore, Section, Reference, ListContent.Hash(Requirements), ListContent.Hash(Keys));

    /// <summary>Orders entries: the default first, then by transport and scope, then by what they say.</summary>
    /// <param name="other">The other entry.</param>
    /// <returns>0 if both are equal.</returns>
    public int CompareTo(ImageTrust? other)
    {
        if (other is null)
            return 1;
        int order = other.IsDefault.CompareTo(IsDefault);
        if (order == 0)
            order = string.CompareOrdinal(Transport, other.Transport);
        if (order == 0)
            order = string.CompareOrdinal(Registry, other.Registry);
        return order != 0 ? order : Equals(other) ? 0 : string.CompareOrdinal(Content(), other.Content());
    }

    /// <inheritdoc/>
    int IComparable.CompareTo(object? obj) => obj is null or ImageTrust ? CompareTo((ImageTrust?)obj)
        : throw new ArgumentException($"A {obj.GetType().Name} is not an entry.", nameof(obj));

    /// <summary>The entry in one line. Entries that differ have different lines: the last word stands for all that they say.</summary>
    /// <returns>Such as <c>docker:quay.io: SignedBy, store https://quay.io/sigs (3f0a9c21d47b)</c>.</returns>
    public override string ToString()
    {
        string scope = IsDefault ? "default" : string.IsNullOrEmpty(Registry) ? Transport : $"{Transport}:{Registry}";
        string store = SignatureStore is null ? "" : $", store {PrintableText.WithoutUser(SignatureStore)}";
        string mark = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Content())))[..MarkDigits];
        return PrintableText.Line($"{scope}: {Type}{store} ({mark})");
    }

    // What counts for equality, as one text.
    private string Content() => ImageTrustText.Write(new ImageTrust
    {
        ComputerName = "",
        IsDefault = IsDefault,

        // An entry made by hand may lack these.
        Transport = Transport ?? "",
        Registry = Registry ?? "",
        Requirements = Requirements ?? [],
        Keys = [.. (Keys ?? []).Select(static k => k is null ? null! : k with { ComputerName = null, Scope = null })],
        SignatureStore = SignatureStore,
        SignatureStoreStaging = SignatureStoreStaging,
        UseSigstoreAttachments = UseSigstoreAttachments,
        Section = Section,
        Reference = Reference,
    });
}
