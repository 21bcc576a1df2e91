using System.Collections;
using System.Management.Automation;
using System.Runtime.CompilerServices;
using ContainerTrust.Engine.ImagePolicies;
using ContainerTrust.Engine.OpenPgp;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Commands.Objects;

/// <summary>What the views of ContainerTrust.format.ps1xml show; each takes a live object or a property bag from another session.</summary>
public static class TrustView
{
    /// <summary>A property as text that cannot steer the terminal.</summary>
    /// <param name="item">The object.</param>
    /// <param name="property">The property's name.</param>
    /// <returns>The text; empty if there is none.</returns>
    public static string Text(PSObject item, string property)
    {
        ArgumentNullException.ThrowIfNull(item);
        return PrintableText.Line(item.Properties[property]?.Value?.ToString() ?? "");
    }

    /// <summary>
    /// A signature store: without the user name and password that its URL may have. The property itself keeps them, for those who
    /// write it back.
    /// </summary>
    /// <param name="item">The object.</param>
    /// <param name="property">The property's name.</param>
    /// <returns>The text; empty if there is none.</returns>
    public static string Store(PSObject item, string property) => PrintableText.WithoutUser(Text(item, property));

    /// <summary>A property as PowerShell shows it, with texts in it that cannot steer the terminal.</summary>
    /// <param name="item">The object.</param>
    /// <param name="property">The property's name.</param>
    /// <returns>
    /// Numbers, truth values, times and enumerations as they are, everything else as text; of a list the texts of its members.
    /// </returns>
    public static object? Value(PSObject item, string property)
    {
        ArgumentNullException.ThrowIfNull(item);
        object? value = item.Properties[property]?.Value;
        return (value is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : value) switch
        {
            null => null,
            bool or int or long or DateTime or DateTimeOffset or Enum => value,
            string text => PrintableText.Line(text),
            IEnumerable => Printable(value).ToArray(),
            _ => PrintableText.Line(value!.ToString() ?? ""),
        };
    }

    /// <summary>The members of a list, joined with commas.</summary>
    /// <param name="item">The object.</param>
    /// <param name="property">The list's name.</param>
    /// <returns>One line.</returns>
    public static string Joined(PSObject item, string property) => string.Join(", ", Printable(item?.Properties[property]?.Value));

    /// <summary>The whole object in words.</summary>
    /// <param name="item">The object.</param>
    /// <returns>One line.</returns>
    public static string Words(PSObject item) => PrintableText.Line(item?.ToString() ?? "");

    /// <summary>The type in podman's words, several kinds joined with <c>+</c>.</summary>
    /// <param name="item">An <see cref="ImageTrust"/>.</param>
    /// <returns>Such as <c>signed</c> or <c>signed+sigstoreSigned</c>.</returns>
    public static string Type(PSObject item) => Live(item) is { } trust
        ? string.Join('+', trust.Requirements.Select(Word).Distinct())
        : Text(item, "Type");

    /// <summary>
    /// Who must have signed: the e-mail addresses of the keys' user ids, else the beginning of the key's fingerprint; of certificates
    /// subject and issuer.
    /// </summary>
    /// <param name="item">An <see cref="ImageTrust"/>.</param>
    /// <returns>Ids joined with commas; <c>N/A</c> if keys are demanded and none could be read; empty if none are demanded.</returns>
    public static string Id(PSObject item)
    {
        if (Live(item) is not { } trust)
            return "";
        List<string> ids = [];
        foreach (TrustKey key in trust.Keys)
        {
            if (key.UserIds.Count > 0)
                ids.AddRange(key.UserIds.Select(Mail));
            else
                ids.Add(key.KeyId ?? key.Fingerprint[..Math.Min(16, key.Fingerprint.Length)]);
        }

        if (trust.Requirements.Any(static r => r is SigstoreSignedRequirement { Fulcio: not null } or SigstoreSignedRequirement
            { Pki: not null }))
            ids.AddRange(Subjects(trust));
        if (ids.Count == 0 && trust.Requirements.Any(static r => r is SignedByRequirement or SigstoreSignedRequirement))
            return "N/A";
        return PrintableText.Line(string.Join(", ", ids));
    }

    /// <summary>The requirements, one a line, each with what decides.</summary>
    /// <param name="item">An <see cref="ImageTrust"/>.</param>
    /// <returns>The lines.</returns>
    public static string Requirements(PSObject item) => Live(item) is { } trust
        ? string.Join('\n', trust.Requirements.Select(static r => PrintableText.Line(RequirementText.Describe(r))))
        : Text(item, "Requirements");

    /// <summary>The keys, one a line: fingerprint and first user id.</summary>
    /// <param name="item">An <see cref="ImageTrust"/>.</param>
    /// <returns>The lines.</returns>
    public static string Keys(PSObject item) => Live(item) is { } trust
        ? string.Join('\n', trust.Keys.Select(static k => PrintableText.Line(k.ToString())))
        : Text(item, "Keys");

    /// <summary>The user ids, one a line.</summary>
    /// <param name="item">A <see cref="TrustKey"/>.</param>
    /// <returns>The lines.</returns>
    public static string UserIds(PSObject item) => Lines(item, "UserIds");

    /// <summary>The members of a list, one a line.</summary>
    /// <param name="item">The object.</param>
    /// <param name="property">The list's name.</param>
    /// <returns>The lines.</returns>
    public static string Lines(PSObject item, string property) => string.Join('\n', Printable(item?.Properties[property]?.Value));

    /// <summary>
    /// The image for a table: a digest cut short, so that there is room for the verdict; with the platform where one was chosen.
    /// </summary>
    /// <param name="item">An <see cref="ImageSignatureResult"/>.</param>
    /// <returns>Such as <c>docker://registry.example.com/app@sha256:e3f12513a4b2… (linux/arm64)</c>.</returns>
    public static string Image(PSObject item)
    {
        const int Shown = 12;
        string image = Text(item, "Image");
        int digest = image.IndexOf("@sha256:", StringComparison.Ordinal);
        if (digest >= 0 && image.Length > digest + "@sha256:".Length + Shown)
            image = string.Concat(image.AsSpan(0, digest + "@sha256:".Length + Shown), "\u2026");
        return Text(item, "Platform") is { Length: > 0 } platform ? $"{image} ({platform})" : image;
    }

    /// <summary>
    /// Who signed a signature that is good: the e-mail address of the key's user id, the subject of the certificate, else the key's
    /// fingerprint.
    /// </summary>
    /// <param name="item">An <see cref="ImageSignature"/>.</param>
    /// <returns>Empty for a signature that is not good: it is nobody's.</returns>
    public static string Signer(PSObject item) =>
        Text(item, "UserId") is { Length: > 0 } userId ? PrintableText.Line(Mail(userId))
        : Text(item, "CertificateSubject") is { Length: > 0 } subject ? subject
        : Text(item, "Fingerprint");

    /// <summary>Who signed the image so that it counts.</summary>
    /// <param name="item">An <see cref="ImageSignatureResult"/>.</param>
    /// <returns>The signers of the valid signatures, each once, joined with commas.</returns>
    public static string Signers(PSObject item)
    {
        ArgumentNullException.ThrowIfNull(item);
        if (LanguagePrimitives.GetEnumerable(item.Properties["Signatures"]?.Value) is not { } list)
            return "";
        IEnumerable<PSObject> valid = list.Cast<object>().Select(PSObject.AsPSObject)
            .Where(static s => s.Properties["IsValid"]?.Value is true);
        return string.Join(", ", valid.Select(Signer).Distinct());
    }

    /// <summary>A requirement's <c>Fulcio</c> or <c>Pki</c> in words.</summary>
    /// <param name="item">A <see cref="FulcioIdentity"/> or <see cref="PkiIdentity"/>.</param>
    /// <returns>The subject, its issuer, and the CA's files.</returns>
    public static string Certificate(PSObject item)
    {
        ArgumentNullException.ThrowIfNull(item);
        try
        {
            object identity = item.BaseObject is FulcioIdentity or PkiIdentity ? item.BaseObject : Rehydration.ToLive(item, typeof(object));
            return PrintableText.Line(Describe(identity));
        }
        catch (PSInvalidCastException)
        {
            // A bag that was cut on the way is shown as it is.
            return PrintableText.Line(item.ToString());
        }
    }

    private static IEnumerable<string> Printable(object? list) =>
        (LanguagePrimitives.GetEnumerable(list) ?? Array.Empty<object>()).Cast<object?>()
            .Select(static i => PrintableText.Line(i?.ToString() ?? ""));

    private static string Word(TrustRequirement requirement) => requirement switch
    {
        AcceptRequirement => "accept",
        RejectRequirement => "reject",
        SignedByRequirement => "signed",
        _ => requirement.Type,
    };

    // A method of its own: a session that only shows keys without user ids need not load the engine.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static string Mail(string userId) => OpenPgpKeyReader.EmailOf(userId) ?? userId;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static IReadOnlyList<string> Subjects(ImageTrust trust) => RequirementText.Subjects(trust.Requirements);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static string Describe(object identity) => identity switch
    {
        FulcioIdentity fulcio => RequirementText.Describe(fulcio),
        PkiIdentity pki => RequirementText.Describe(pki),
        _ => identity.ToString() ?? "",
    };

    private static ImageTrust? Live(PSObject item)
    {
        ArgumentNullException.ThrowIfNull(item);
        if (item.BaseObject is ImageTrust trust)
            return trust;
        try
        {
            return (ImageTrust)Rehydration.ToLive(item, typeof(ImageTrust));
        }
        catch (PSInvalidCastException)
        {
            // A bag that was cut on the way is shown as it is.
            return null;
        }
    }
}
