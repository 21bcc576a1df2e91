using System.Text;
using ContainerTrust.Engine.Config.RegistriesD;
using ContainerTrust.Engine.Formats.Yaml;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Hosts.Lookup;
using ContainerTrust.Engine.Hosts.Ssh;

namespace ContainerTrust.Engine.Trust.Records;

/// <summary>Which files' former content a record may hold: none that says more than all may know, and none too large.</summary>
internal static class KeptContent
{
    /// <summary>The largest content that is kept. What a reset replaces may be more than a policy may be.</summary>
    public const int LargestFile = 16 << 20;

    /// <summary>The permission bits by which users other than the owner read.</summary>
    public const uint Readers = 0x24; // 0044

    /// <summary>Why the former content of a file is not kept.</summary>
    /// <param name="host">The host.</param>
    /// <param name="file">The file.</param>
    /// <param name="mode">The permission bits of the record.</param>
    /// <returns>A clause. Null if it is kept.</returns>
    /// <exception cref="TrustException">It cannot be found out where the path leads.</exception>
    public static string? WhyNot(ITrustHost host, PlannedFile file, uint mode)
    {
        if (file.Expected is not { } old)
            return null;
        if (old.Content.Length > LargestFile)
            return $"{file.Path} was larger than 16 MiB";
        if (IsPrivate(file, mode))
            return $"{file.Path} may be read by fewer users than the record";
        if (IsLostLink(host, file))
            return $"{file.Path} was a link";

        // Passwords are in the URLs of signature stores; a policy has none.
        return file.Path.EndsWith(LookasideNames.Extension, StringComparison.Ordinal) && MayHaveSecret(file.Path, old.Content.Span)
            ? $"{file.Path} had a URL with a password or a query, or cannot be read" : null;
    }

    /// <summary>Whether a file may be read by fewer users than the record.</summary>
    /// <param name="file">The file.</param>
    /// <param name="mode">The permission bits of the record.</param>
    public static bool IsPrivate(PlannedFile file, uint mode) =>
        file.Expected?.Permissions is { } permissions && (mode & Readers & ~permissions.Mode) != 0;

    // A link that is deleted or replaced would come back as a file.
    private static bool IsLostLink(ITrustHost host, PlannedFile file)
    {
        if (file.Content is not null)
            return PlanCheck.LinksReplaced(host, [file]).Any();
        int slash = file.Path.LastIndexOf('/');
        return host.ResolvePath(file.Path) != $"{host.ResolvePath(file.Path[..Math.Max(slash, 1)]).TrimEnd('/')}{file.Path[slash..]}";
    }

    // As the file's own reader understands it, and by the look of it, for comments have URLs too. What cannot be read may say anything.
    private static bool MayHaveSecret(string path, ReadOnlySpan<byte> content)
    {
        if (HasSecretUrl(content))
            return true;
        try
        {
            YamlText text = YamlText.Decode(path, content);
            FileSections sections = LookasideReader.Read(text, YamlAdapter.Parse(text), null);
            return sections.Namespaces.Append(sections.Default).OfType<SectionNode>()
                .SelectMany(static s => (string[])[s.Raw.Lookaside, s.Raw.LookasideStaging, s.Raw.Sigstore, s.Raw.SigstoreStaging])
                .Any(StoreUrl.HasSecret);
        }
        catch (TrustException)
        {
            return true;
        }
    }

    /// <summary>Whether a text has a URL, perhaps with escaped slashes, in which there may be a user, a password or a query.</summary>
    /// <param name="text">The text, in UTF-8.</param>
    public static bool HasSecretUrl(ReadOnlySpan<byte> text)
    {
        bool isUrl = false;
        for (int i = 0; i < text.Length; i++)
        {
            byte c = text[i];
            if (c <= ' ')
                isUrl = false;
            else if (c == ':' && (text[(i + 1)..].StartsWith("//"u8) || text[(i + 1)..].StartsWith(@"\/\/"u8)))
                isUrl = true;
            else if (isUrl && (c is (byte)'@' or (byte)'?'))
                return true;
        }

        return false;
    }

    /// <summary>The same of a line.</summary>
    /// <param name="line">The line.</param>
    public static bool HasSecretUrl(string line) => HasSecretUrl(Encoding.UTF8.GetBytes(line));
}
