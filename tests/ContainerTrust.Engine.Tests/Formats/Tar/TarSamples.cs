using System.Formats.Tar;
using System.Text;

namespace ContainerTrust.Engine.Tests.Formats.Tar;

/// <summary>Makes tar archives of every form with .NET's own writer, whole ones and damaged ones.</summary>
internal sealed class TarSamples(Random random)
{
    private static readonly TarEntryFormat[] s_formats = [TarEntryFormat.Pax, TarEntryFormat.Gnu, TarEntryFormat.Ustar, TarEntryFormat.V7];

    /// <summary>An archive.</summary>
    public byte[] Archive()
    {
        using var stream = new MemoryStream();
        using (var writer = new TarWriter(stream, s_formats[random.Next(s_formats.Length)], leaveOpen: true))
        {
            for (int i = random.Next(1, 5); i > 0; i--)
                writer.WriteEntry(Entry(s_formats[random.Next(s_formats.Length)]));
        }

        byte[] archive = stream.ToArray();
        for (int block = 0; block < archive.Length; block += 512)
            Anonymize(archive.AsSpan(block, 512));
        return archive;
    }

    // The writer puts the number of this process into the names of headers, and the same seed shall give the same archive.
    private static void Anonymize(Span<byte> header)
    {
        if (!header.StartsWith("./PaxHeaders."u8))
            return;
        header[..100].Clear();
        "./PaxHeaders/x"u8.CopyTo(header);
        Sign(header);
    }

    /// <summary>An archive with some bytes changed, most of them in a header whose checksum is made right again.</summary>
    public byte[] Damaged()
    {
        byte[] archive = Archive();
        for (int i = random.Next(1, 4); i > 0; i--)
        {
            int block = random.Next(archive.Length / 512) * 512;
            switch (random.Next(6))
            {
                case 0:
                    return archive[..random.Next(archive.Length)];
                case 1:
                    archive[random.Next(archive.Length)] = (byte)random.Next(256);
                    break;
                case 2:
                    archive.AsSpan(block, 512).Clear();
                    break;
                default:
                    archive[block + random.Next(512)] = (byte)"\0 0179x/gLKS5\xff"[random.Next(14)];
                    if (random.Next(8) > 0)
                        Sign(archive.AsSpan(block, 512));
                    break;
            }
        }

        return archive;
    }

    /// <summary>Writes a header's checksum.</summary>
    public static void Sign(Span<byte> header)
    {
        header.Slice(148, 8).Fill((byte)' ');
        int sum = 0;
        foreach (byte b in header)
            sum += b;
        Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 ").CopyTo(header[148..]);
    }

    private TarEntry Entry(TarEntryFormat format)
    {
        string name = Name(format);
        TarEntryType file = format == TarEntryFormat.V7 ? TarEntryType.V7RegularFile : TarEntryType.RegularFile;
        TarEntryType type = random.Next(6) switch
        {
            0 => TarEntryType.Directory,
            1 => TarEntryType.SymbolicLink,
            2 => TarEntryType.HardLink,
            _ => file,
        };
        TarEntry entry = format switch
        {
            TarEntryFormat.Pax => new PaxTarEntry(type, name, new Dictionary<string, string> { ["comment"] = "x" }),
            TarEntryFormat.Gnu => new GnuTarEntry(type, name),
            TarEntryFormat.Ustar => new UstarTarEntry(type, name),
            _ => new V7TarEntry(type, name),
        };
        entry.ModificationTime = DateTimeOffset.UnixEpoch.AddSeconds(random.Next(1_000_000));
        if (type is TarEntryType.SymbolicLink or TarEntryType.HardLink)
            entry.LinkName = "target/" + new string('l', random.Next(format is TarEntryFormat.Pax or TarEntryFormat.Gnu ? 200 : 80));
        if (type == file)
        {
            byte[] content = new byte[random.Next(4) == 0 ? random.Next(3000) : random.Next(40)];
            random.NextBytes(content);
            entry.DataStream = new MemoryStream(content);
        }

        return entry;
    }

    private string Name(TarEntryFormat format)
    {
        // Only two of the forms have room for more than a hundred characters.
        bool isLong = format is TarEntryFormat.Pax or TarEntryFormat.Gnu && random.Next(3) == 0;
        string name = random.Next(6) switch
        {
            0 => "./release-manifests/image-references",
            1 => $"a/../b{random.Next(9)}",
            2 => "/absolute//path/",
            3 when format is TarEntryFormat.Pax => "\u00e4\u00f6/\U0001F600",
            _ => $"dir{random.Next(3)}/file{random.Next(100)}",
        };
        return isLong ? $"{new string('d', random.Next(40, 200))}/{name}" : name;
    }
}
