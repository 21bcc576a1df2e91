using System.IO.Compression;

namespace ContainerTrust.Engine.Trust.Records;

/// <summary>
/// What a file held before, told by what it holds now: how much of its beginning and of its end is the same, and what was between. A
/// change of one scope in a large policy is then a few bytes.
/// </summary>
/// <param name="Prefix">How many bytes at the beginning are those of the file as it is.</param>
/// <param name="Suffix">How many bytes at the end are.</param>
/// <param name="Middle">What was between, compressed (RFC 1952).</param>
internal sealed record ContentDelta(int Prefix, int Suffix, ReadOnlyMemory<byte> Middle)
{
    /// <summary>Tells what was by what is.</summary>
    /// <param name="before">What was.</param>
    /// <param name="after">What is.</param>
    public static ContentDelta Of(ReadOnlySpan<byte> before, ReadOnlySpan<byte> after)
    {
        int prefix = before.CommonPrefixLength(after);
        int most = Math.Min(before.Length, after.Length) - prefix;
        int suffix = 0;
        while (suffix < most && before[^(suffix + 1)] == after[^(suffix + 1)])
            suffix++;
        using MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionLevel.SmallestSize, leaveOpen: true))
            gzip.Write(before[prefix..(before.Length - suffix)]);
        return new ContentDelta(prefix, suffix, packed.ToArray());
    }

    /// <summary>What the file held before.</summary>
    /// <param name="after">What it holds now.</param>
    /// <param name="most">The largest content that is made.</param>
    /// <returns>The content. Null if this is not told of such a file, or is too large.</returns>
    public ReadOnlyMemory<byte>? Apply(ReadOnlySpan<byte> after, int most)
    {
        if (Prefix < 0 || Suffix < 0 || (long)Prefix + Suffix > after.Length)
            return null;
        using MemoryStream content = new();
        content.Write(after[..Prefix]);
        try
        {
            using MemoryStream packed = new(Middle.ToArray(), writable: false);
            using GZipStream gzip = new(packed, CompressionMode.Decompress);
            byte[] part = new byte[1 << 14];
            for (int read; (read = gzip.Read(part)) > 0;)
            {
                content.Write(part, 0, read);
                if (content.Length > most)
                    return null;
            }
        }
        catch (InvalidDataException)
        {
            return null;
        }

        content.Write(after[(after.Length - Suffix)..]);
        if (content.Length > most)
            return null;
        return content.ToArray();
    }

    /// <summary>Whether another tells the same.</summary>
    /// <param name="other">The other.</param>
    public bool Equals(ContentDelta? other) =>
        other is not null && Prefix == other.Prefix && Suffix == other.Suffix && Middle.Span.SequenceEqual(other.Middle.Span);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Prefix, Suffix, Middle.Length);
}
