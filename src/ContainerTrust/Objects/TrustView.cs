using System.Collections;
using System.Globalization;
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

    /// <summary>A property cut in the middle, where it is longer than its column: the beginning and the end tell names apart.</summary>
    /// <param name="item">The object.</param>
    /// <param name="property">The property's name.</param>
    /// <param name="width">The column's width.</param>
    /// <returns>The text.</returns>
    public static string Cut(PSObject item, string property, int width) => Cut(Text(item, property), width);

    /// <summary>A verdict or a severity, in the colour of what it means. The word is there without the colour, too.</summary>
    /// <param name="item">The object.</param>
    /// <param name="property">The property's name.</param>
    /// <param name="style"><c>$PSStyle</c>. Null for no colour.</param>
    /// <returns>The value where nothing is coloured, else its text.</returns>
    public static object? Judged(PSObject item, string property, PSObject? style) => Value(item, property) switch
    {
        true => ViewColor.Good(style, true),
        false => ViewColor.Bad(style, false),
        ImageTrustSeverity.Error or "Error" => ViewColor.Bad(style, "Error"),
        ImageTrustSeverity.Warning or "Warning" => ViewColor.Doubtful(style, "Warning"),
        ImageTrustStatus.Compliant or "Compliant" => ViewColor.Good(style, "Compliant"),
        ImageTrustStatus status and not ImageTrustStatus.Compliant => ViewColor.Bad(style, $"{status}"),
        ("NotCompliant" or "NotChecked") and string word => ViewColor.Bad(style, word),
        MachineConfigTrustStatus.RolledOut => ViewColor.Good(style, nameof(MachineConfigTrustStatus.RolledOut)),
        MachineConfigTrustStatus state => state is MachineConfigTrustStatus.Updating or MachineConfigTrustStatus.Paused
            or MachineConfigTrustStatus.Unknown ? ViewColor.Doubtful(style, $"{state}") : ViewColor.Bad(style, $"{state}"),
        ImageEnforcementStatus.WouldBreak or "WouldBreak" => ViewColor.Bad(style, "WouldBreak"),
        ImageEnforcementStatus.NotChecked => ViewColor.Bad(style, "NotChecked"),
        ImageEnforcementStatus.RefusedNow or "RefusedNow" => ViewColor.Doubtful(style, "RefusedNow"),
        ImageEnforcementStatus.CannotTell or "CannotTell" => ViewColor.Doubtful(style, "CannotTell"),
        ImageEnforcementStatus.WouldWork or "WouldWork" => ViewColor.Good(style, "WouldWork"),
        ImageEnforcementStatus.Unchanged or "Unchanged" => ViewColor.Good(style, "Unchanged"),
        BootImageStatus.Verified or "Verified" => ViewColor.Good(style, "Verified"),
        BootImageStatus status => ViewColor.Bad(style, $"{status}"),
        KeyRotationStep.NotChecked => ViewColor.Bad(style, "NotChecked"),
        ImageTrustChangeStatus.Failed or "Failed" => ViewColor.Bad(style, "Failed"),
        ImageTrustVerdict.Weaker or "Weaker" => ViewColor.Bad(style, "Weaker"),
        ImageTrustVerdict.Different or "Different" => ViewColor.Doubtful(style, "Different"),
        ImageTrustVerdict.Stricter or "Stricter" => ViewColor.Good(style, "Stricter"),
        var other => other,
    };

    /// <summary>A property of type <see cref="TrustType"/>: what rejects is red, what accepts anything yellow.</summary>
    /// <param name="item">An <see cref="ImageTrust"/>.</param>
    /// <param name="style"><c>$PSStyle</c>. Null for no colour.</param>
    /// <returns>The type.</returns>
    public static object Type(PSObject item, PSObject? style)
    {
        string type = Text(item, "Type");
        return type switch
        {
            nameof(TrustType.Reject) => ViewColor.Bad(style, type),
            nameof(TrustType.Accept) => ViewColor.Doubtful(style, type),
            _ => type,
        };
    }

    /// <summary>The property <c>Scope</c> of an entry: transport and scope in one word, as findings have it.</summary>
    /// <param name="item">An <see cref="ImageTrust"/>.</param>
    /// <returns><c>default</c>, a scope of transport <c>docker</c>, or <c>transport:scope</c>.</returns>
    public static string Scope(PSObject item)
    {
        string transport = Text(item, "Transport"), scope = Text(item, "Registry");
        return item?.Properties["IsDefault"]?.Value is true ? "default"
            : transport == "docker" && scope.Length > 0 ? scope : $"{transport}:{scope}";
    }

    /// <summary>The property <c>Store</c> of an entry: the store in force, without the user name and password of its URL.</summary>
    /// <param name="item">An <see cref="ImageTrust"/>.</param>
    /// <returns>The text; empty if there is none.</returns>
    public static string StoreInForce(PSObject item) => Store(item, "SignatureStore");

    /// <summary>The property <c>Summary</c>: the object in one line.</summary>
    /// <param name="item">Any object of the module.</param>
    /// <returns>The line. Of documents their names; they themselves have many lines.</returns>
    public static string Summary(PSObject item)
    {
        ArgumentNullException.ThrowIfNull(item);
        if (item.Properties["Yaml"] is null)
            return Words(item);
        string of = Text(item, "Role") is { Length: > 0 } role ? role : Text(item, "PolicyType");
        string name = Text(item, "Namespace") is { Length: > 0 } space ? $"{space}/{Text(item, "Name")}" : Text(item, "Name");
        return of.Length > 0 ? $"{name} ({of})" : name;
    }

    /// <summary>
    /// Who must have signed: the e-mail addresses of the keys' user ids, else the beginning of the key's fingerprint; of certificates
    /// subject and issuer.
    /// </summary>
    /// <param name="item">An <see cref="ImageTrust"/>.</param>
    /// <returns>
    /// Ids joined with commas, after <c>any of</c> where one of several is enough, and <c>all of</c> where each must have signed;
    /// <c>N/A</c> if keys are demanded and none could be read; empty if none are demanded.
    /// </returns>
    public static string Id(PSObject item)
    {
        if (Live(item) is not { } trust)
            return "";
        List<string> ids = [];
        foreach (TrustKey key in trust.Keys)
        {
            if (key.UserIds.Count > 0)
                ids.Add(string.Join(", ", key.UserIds.Select(Mail)));
            else
                ids.Add(key.KeyId ?? key.Fingerprint[..Math.Min(16, key.Fingerprint.Length)]);
        }

        if (trust.Requirements.Any(static r => r is SigstoreSignedRequirement { Fulcio: not null } or SigstoreSignedRequirement
            { Pki: not null }))
            ids.AddRange(Subjects(trust));
        if (ids.Count == 0 && trust.Requirements.Any(static r => r is SignedByRequirement or SigstoreSignedRequirement))
            return "N/A";

        // One is enough, or each must have signed; what is some of both is not put in a word.
        string word = ids.Count < 2 ? "" : trust.Requirements.Count == 1 ? "any of " : IsOneEach(trust, ids.Count) ? "all of " : "";
        return PrintableText.Line(word + string.Join(", ", ids));
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

    /// <summary>The first user id, and how many more there are.</summary>
    /// <param name="item">A <see cref="TrustKey"/>.</param>
    /// <returns>One line; empty for a key without user ids.</returns>
    public static string FirstUserId(PSObject item)
    {
        string[] ids = [.. Printable(item?.Properties["UserIds"]?.Value)];
        return ids.Length > 1 ? $"{ids[0]} (+{ids.Length - 1})" : string.Concat(ids);
    }

    /// <summary>The day on which a key ends, with the word for one that has.</summary>
    /// <param name="item">A <see cref="TrustKey"/> or <see cref="TrustSubkey"/>.</param>
    /// <param name="style"><c>$PSStyle</c>. Null for no colour.</param>
    /// <returns>Such as <c>2031-05-01</c> or <c>2020-01-02 expired</c>; empty if the key never ends.</returns>
    public static object Expires(PSObject item, PSObject? style)
    {
        ArgumentNullException.ThrowIfNull(item);
        if (item.Properties["IsRevoked"]?.Value is true)
            return ViewColor.Bad(style, "revoked");
        if (item.Properties["Expires"]?.Value is not { } value
            || !LanguagePrimitives.TryConvertTo(value, out DateTimeOffset end))
            return "";
        string day = end.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        return end <= DateTimeOffset.UtcNow ? ViewColor.Bad(style, $"{day} expired") : day;
    }

    /// <summary>Whose a key is: the scope that names it, and on which host.</summary>
    /// <param name="item">A <see cref="TrustKey"/>.</param>
    /// <returns>Such as <c>registry.example.com on web1</c>; empty for a key that no policy was read for.</returns>
    public static string Owner(PSObject item) =>
        Text(item, "Scope") is { Length: > 0 } scope ? $"{scope} on {Text(item, "ComputerName")}" : "";

    /// <summary>The members of a list, one a line.</summary>
    /// <param name="item">The object.</param>
    /// <param name="property">The list's name.</param>
    /// <returns>The lines.</returns>
    public static string Lines(PSObject item, string property) => string.Join('\n', Printable(item?.Properties[property]?.Value));

    /// <summary>
    /// The image for a table: without the transport <c>docker</c>, and cut in the middle where it is longer than its column; of a digest
    /// the beginning is enough to tell images apart. With the platform where one was chosen.
    /// </summary>
    /// <param name="item">An <see cref="ImageSignatureResult"/>.</param>
    /// <param name="width">The column's width.</param>
    /// <returns>Such as <c>registry.example.com/app@e3f1251… (linux/arm64)</c>.</returns>
    public static string Image(PSObject item, int width)
    {
        string name = CutImage(Text(item, "Image"), width);
        if (Text(item, "Platform") is not { Length: > 0 } platform)
            return name;

        // Below the name, where both are too long for one line.
        return name.Length + platform.Length + 3 <= width ? $"{name} ({platform})" : $"{name}\n({platform})";
    }

    /// <summary>An image in the last column of a table: as much of it as fits, and of a digest the beginning where not all fits.</summary>
    /// <param name="item">The object.</param>
    /// <param name="property">The property's name.</param>
    /// <param name="used">The width of the other columns, with the blanks between them.</param>
    /// <param name="host">The session's host, <c>$Host</c>. Null for a window of 80 columns.</param>
    /// <returns>One line.</returns>
    public static string ImageOf(PSObject item, string property, int used, PSObject? host)
    {
        string image = Text(item, property);
        int width = ViewWidth.Of(host) - used;

        // A file and another program have no window, and get it whole.
        return image.Length <= width || Console.IsOutputRedirected ? image : CutImage(image, width);
    }

    private static string CutImage(string image, int width)
    {
        const int Shown = 7;
        const string Docker = "docker://", Digest = "@sha256:";
        if (image.StartsWith(Docker, StringComparison.Ordinal))
            image = image[Docker.Length..];
        int digest = image.IndexOf(Digest, StringComparison.Ordinal);
        string end = digest >= 0 && image.Length > digest + Digest.Length + Shown
            ? $"@{image.AsSpan(digest + Digest.Length, Shown)}\u2026" : "";
        return end.Length == 0 ? Cut(image, width) : Cut(image[..digest], width - end.Length) + end;
    }

    /// <summary>A verdict's reason, after the release whose verdict it is, if one was asked for.</summary>
    /// <param name="item">An <see cref="ImageSignatureResult"/>.</param>
    /// <param name="used">The width of the other columns, with the blanks between them.</param>
    /// <param name="host">The session's host, <c>$Host</c>. Null for a window of 80 columns.</param>
    /// <returns>Lines.</returns>
    public static string Reason(PSObject item, int used, PSObject? host)
    {
        string reason = Text(item, "Reason");
        return ViewWidth.Wrap(Text(item, "JudgedAs") is { Length: > 0 } release ? $"As {release}: {reason}" : reason, used, host);
    }

    /// <summary>A property that is a sentence, in lines that end between words.</summary>
    /// <param name="item">The object.</param>
    /// <param name="property">The property's name.</param>
    /// <param name="used">The width of the other columns, with the blanks between them.</param>
    /// <param name="host">The session's host, <c>$Host</c>. Null for a window of 80 columns.</param>
    /// <returns>Lines.</returns>
    public static string Sentence(PSObject item, string property, int used, PSObject? host) =>
        ViewWidth.Wrap(Text(item, property), used, host);

    /// <summary>A property in lines that end between words, in a column of a width of its own.</summary>
    /// <param name="item">The object.</param>
    /// <param name="property">The property's name.</param>
    /// <param name="width">The column's width.</param>
    /// <returns>Lines.</returns>
    public static string Lines(PSObject item, string property, int width) => ViewWidth.Break(Text(item, property), width);

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

    // Each requirement names one signer, and no key file has several.
    private static bool IsOneEach(ImageTrust trust, int count) => trust.Requirements.Count == count
        && trust.Requirements.All(static r => r is SignedByRequirement { KeyPaths: null }
            or SigstoreSignedRequirement { KeyPaths: null, KeyDatas: null })
        && trust.Keys.Select(static k => k.Path ?? k.Fingerprint).Distinct().Count() == trust.Keys.Count;

    private static IEnumerable<string> Printable(object? list) =>
        (LanguagePrimitives.GetEnumerable(list) ?? Array.Empty<object>()).Cast<object?>()
            .Select(static i => PrintableText.Line(i?.ToString() ?? ""));

    /// <summary>A text cut in the middle, where it is longer than its column.</summary>
    /// <param name="text">The text.</param>
    /// <param name="width">The column's width.</param>
    internal static string Cut(string text, int width)
    {
        if (text.Length <= width)
            return text;
        int head = (width - 1) / 3, tail = width - 1 - head;

        // Not between the two halves of a character.
        if (char.IsHighSurrogate(text[head - 1]))
            head--;
        if (char.IsLowSurrogate(text[^tail]))
            tail--;
        return string.Concat(text.AsSpan(0, head), "\u2026", text.AsSpan(text.Length - tail));
    }

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
