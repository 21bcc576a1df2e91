using ContainerTrust.Engine.Hosts;

namespace ContainerTrust.Engine.Tests.Hosts;

/// <summary>Files that a user names, read as on systems that are not Linux.</summary>
public sealed class PortableFileTests : IDisposable
{
    private readonly HostTestDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_file_is_read_whole()
    {
        string path = _directory.Write("file", "text");
        HostFile? file = PortableFile.TryRead(path, 4);
        Assert.Equal("text"u8.ToArray(), file!.Content.ToArray());
        Assert.Equal((path, 4), (file.Path, file.Stamp.Length));
        Assert.Empty(PortableFile.TryRead(_directory.Write("empty", ""), 4)!.Content.ToArray());
    }

    [Fact]
    public void What_is_not_there_is_null()
    {
        Assert.Null(PortableFile.TryRead(_directory["none"], 4));
        Assert.Null(PortableFile.TryRead(_directory["none/none"], 4));
        Assert.Empty(PortableFile.List(_directory["none"]));
    }

    [Fact]
    public void A_directory_a_device_and_a_large_file_are_refused()
    {
        Assert.Equal("NotAFile", Refused(_directory.Root));
        Assert.Equal("FileChanged", Refused("/dev/zero"));
        Assert.Equal("FileTooLarge", Refused(_directory.Write("file", "12345")));
    }

    [Fact]
    public void Names_are_in_order()
    {
        foreach (string name in (string[])["b", "A", "a"])
            _directory.Write($"many/{name}", "");
        Assert.Equal(["A", "a", "b"], PortableFile.List(_directory["many"]));
    }

    private static string Refused(string path) => Assert.Throws<TrustException>(() => PortableFile.TryRead(path, 4)).ErrorId;
}
