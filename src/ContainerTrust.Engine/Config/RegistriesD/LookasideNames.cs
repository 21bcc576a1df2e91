using System.Security.Cryptography;
using System.Text;

namespace ContainerTrust.Engine.Config.RegistriesD;

/// <summary>Namespaces under <c>docker</c>, and the files that new ones go to.</summary>
internal static class LookasideNames
{
    public const string Extension = ".yaml";
    public const string DefaultFile = "default.yaml";

    private const int LongestFileName = 255;

    /// <summary>Whether a file looks as if it were meant to be read, and has a name that is passed over.</summary>
    /// <param name="name">Its name in the directory.</param>
    /// <returns>True for <c>a.yml</c> and <c>a.YAML</c>.</returns>
    public static bool IsMisnamed(string name) =>
        !name.EndsWith(Extension, StringComparison.Ordinal)
            && (name.EndsWith(Extension, StringComparison.OrdinalIgnoreCase) || name.EndsWith(".yml", StringComparison.OrdinalIgnoreCase));

    /// <summary>Why no image can be in a namespace; null if one can.</summary>
    public static string? Problem(string name)
    {
        if (name.Length == 0)
            return "it is empty.";
        if (name.Contains("://", StringComparison.Ordinal))
            return "write it without https:// or another scheme.";
        if (name[0] == '/' || name[^1] == '/' || name.Contains("//", StringComparison.Ordinal))
            return "it begins or ends with a slash, or has two in a row.";
        foreach (char c in name)
        {
            if (c <= ' ' || c == '\u007F')
                return "it contains a space or a control character.";
        }

        return null;
    }

    /// <summary>
    /// The file that a new section goes to: the scope with <c>/</c> replaced by <c>-</c>, as <c>atomic trust add</c> names it.
    /// </summary>
    /// <param name="name">The namespace; null for <c>default-docker</c>.</param>
    /// <returns>A file name, safe in any directory.</returns>
    public static string FileName(string? name)
    {
        if (name is null)
            return DefaultFile;
        string stem = name.Replace('/', '-');

        // Not hidden, not an option to a careless command, and not the file that a reset leaves alone.
        if (stem[0] is '.' or '-' || stem + Extension == DefaultFile)
            stem = "_" + stem;
        if (Encoding.UTF8.GetByteCount(stem) + Extension.Length <= LongestFileName)
            return stem + Extension;

        string hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))[..16];
        int length = Math.Min(stem.Length, 200);
        while (Encoding.UTF8.GetByteCount(stem.AsSpan(0, length)) > 200 || char.IsHighSurrogate(stem[length - 1]))
            length--;
        return $"{stem[..length]}-{hash}{Extension}";
    }
}
