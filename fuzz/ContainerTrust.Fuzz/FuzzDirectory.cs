using System.Text;

namespace ContainerTrust.Fuzz;

/// <summary>What a run of the fuzzer works with, in files: its seeds, what they are judged by, and the words of the format.</summary>
internal static class FuzzDirectory
{
    /// <summary>Writes it, over what is there.</summary>
    /// <param name="target">The target.</param>
    /// <param name="directory">The directory; made if it is missing.</param>
    public static void Write(FuzzTarget target, string directory)
    {
        string seeds = Empty(directory, "seeds");
        string trust = Empty(directory, "trust");
        FuzzMaterial material = target.Make();
        int number = 0;
        foreach (byte[] seed in material.Seeds.Where(s => s.Length > 0 && s.Length <= target.MaxLength))
            File.WriteAllBytes(Path.Combine(seeds, $"{number++:d4}"), seed);
        foreach ((string name, byte[] content) in material.Trust)
            File.WriteAllBytes(Path.Combine(trust, name), content);
        File.WriteAllLines(Path.Combine(directory, "words"), target.Words.Select(Quoted));
    }

    /// <summary>Gives a target what its seeds are judged by.</summary>
    /// <param name="target">The target.</param>
    /// <param name="directory">The directory.</param>
    public static void Load(FuzzTarget target, string directory) =>
        target.Load(Directory.EnumerateFiles(Path.Combine(directory, "trust")).ToDictionary(static f => Path.GetFileName(f),
            File.ReadAllBytes));

    /// <summary>Reads an input.</summary>
    /// <param name="stream">Where it comes from.</param>
    /// <param name="maxLength">What is beyond is left, in bytes.</param>
    /// <returns>The input.</returns>
    public static byte[] ReadAll(Stream stream, int maxLength)
    {
        using MemoryStream all = new();
        stream.CopyTo(all);
        byte[] input = all.ToArray();
        return input.Length <= maxLength ? input : input[..maxLength];
    }

    /// <summary>Judges a file.</summary>
    /// <param name="target">The target.</param>
    /// <param name="file">The file.</param>
    /// <param name="verdict">What became of it: "taken", "refused", or what is wrong.</param>
    /// <returns>Whether nothing is wrong.</returns>
    public static bool Check(FuzzTarget target, string file, out string verdict)
    {
        using FileStream stream = File.OpenRead(file);
        byte[] input = ReadAll(stream, target.MaxLength);
        try
        {
            verdict = Bounds.Check(target, input) ? "taken" : "refused";
            return true;
        }
        catch (Exception e)
        {
            verdict = e.ToString();
            return false;
        }
    }

    private static string Empty(string directory, string name)
    {
        string path = Path.Combine(directory, name);
        if (Directory.Exists(path))
            Directory.Delete(path, recursive: true);
        return Directory.CreateDirectory(path).FullName;
    }

    // The form of afl's dictionaries.
    private static string Quoted(byte[] word)
    {
        StringBuilder text = new("\"");
        foreach (byte octet in word)
            text.Append(octet is >= 0x20 and <= 0x7E and not ((byte)'"' or (byte)'\\') ? ((char)octet).ToString() : $"\\x{octet:x2}");
        return text.Append('"').ToString();
    }
}
