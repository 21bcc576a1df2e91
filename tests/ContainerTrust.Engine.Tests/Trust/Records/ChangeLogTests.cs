using System.Text;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Trust;
using ContainerTrust.Engine.Trust.Records;

namespace ContainerTrust.Engine.Tests.Trust.Records;

/// <summary>The file of records: its bounds, and what it makes of a file that says anything.</summary>
public sealed class ChangeLogTests
{
    [Fact]
    public void A_record_is_read_back_as_it_was_written()
    {
        ChangeRecord record = Sample("20261130T120000Z-3f09ac") with
        {
            Author = new ChangeAuthor("root", "älice\u001b", "192.0.2.1"),
            Command = "Set-ImageTrust",
            Undoes = "20261130T110000Z-000000",
            MoreScopes = 7,
            NotKept = "it is too large",
        };
        byte[] line = RecordWriter.Write(record);
        Assert.DoesNotContain(line, static b => b is < 32 or > 126);
        ChangeRecord? read = RecordReader.TryRead(line, out string problem);
        Assert.Equal("", problem);
        Assert.Equal(line, RecordWriter.Write(read!));
        Assert.Equal(record.Files[0], read!.Files[0]);
    }

    [Fact]
    public void It_is_bounded_and_the_oldest_make_room()
    {
        using ScratchRoot root = new();
        for (int i = 0; i < 40; i++)
            root.Write(ChangeLog.SystemPath, Encoding.ASCII.GetString(Log(root).With(Sample($"{i}", 20_000)).Span));
        string text = root.Read(ChangeLog.SystemPath);
        Assert.True(text.Length is <= ChangeLog.MaxBytes and > ChangeLog.MaxBytes / 2, $"{text.Length}");
        Assert.Equal("39", Log(root).Records.Last().Id);
        Assert.NotEqual("0", Log(root).Records.First().Id);
        root.Write(ChangeLog.SystemPath, string.Concat(Enumerable.Repeat("{}\n", 3000)));
        Assert.Equal(ChangeLog.MaxLines, Encoding.ASCII.GetString(Log(root).With(Sample("x")).Span).Count(static c => c == '\n'));
    }

    [Fact]
    public void A_change_that_is_too_large_is_on_record_without_what_it_was()
    {
        using ScratchRoot root = new();
        root.Write(ChangeLog.SystemPath, Encoding.ASCII.GetString(Log(root).With(Sample("large", ChangeLog.MaxBytes)).Span));
        ChangeRecord read = Assert.Single(Log(root).Records);
        Assert.Null(read.Files[0].Content);
        Assert.NotNull(read.NotKept);
        ChangeRecord many = Sample("many") with
        {
            Files = [.. Enumerable.Range(0, 4000).Select(static n =>
                new RecordedFile($"/etc/containers/registries.d/{n}.yaml", Digest, null, "0644", 0, null))],
        };
        root.Write(ChangeLog.SystemPath, Encoding.ASCII.GetString(Log(root).With(many).Span));
        Assert.Empty(Log(root).Records.Last().Files);
        Assert.True(root.Read(ChangeLog.SystemPath).Length < ChangeLog.MaxBytes);
    }

    [Fact]
    public void A_change_of_long_scopes_leaves_the_history_of_others()
    {
        using ScratchRoot root = new();
        root.Write(ChangeLog.SystemPath, Encoding.ASCII.GetString(Log(root).With(Sample("old")).Span));
        ChangeRecord wide = Sample("wide") with
        {
            Scopes = [.. Enumerable.Range(0, 50).Select(static n =>
                new RecordedScope("docker", $"{n}{new string('x', 6000)}", false, null, "reject"))],
            MoreScopes = 3,
        };
        root.Write(ChangeLog.SystemPath, Encoding.ASCII.GetString(Log(root).With(wide).Span));
        Assert.Equal(["old", "wide"], Log(root).Records.Select(static r => r.Id));
        Assert.Equal((0, 53), (Log(root).Records.Last().Scopes.Count, Log(root).Records.Last().MoreScopes));
        ImageTrustChange shown = root.Open().ReadChanges().First();
        Assert.StartsWith("It changed 53 scopes more, which the record does not name.", shown.Reason, StringComparison.Ordinal);

        // What others have made of the file is not read whole.
        root.Write(ChangeLog.SystemPath, new string('x', 2 * ChangeLog.MaxBytes + 1));
        Assert.Throws<TrustException>(() => Log(root));
    }

    [Fact]
    public void Lines_that_cannot_be_read_stay_and_are_counted()
    {
        using ScratchRoot root = new();
        string good = Encoding.ASCII.GetString(RecordWriter.Write(Sample("a")));
        root.Write(ChangeLog.SystemPath, $"not json\n{good}\n\n[]\n{good[..^3]}");
        Assert.Equal(("a", 3), (Assert.Single(Log(root).Records).Id, Log(root).Unreadable));
        string text = Encoding.ASCII.GetString(Log(root).With(Sample("b")).Span);
        Assert.StartsWith($"not json\n{good}\n[]\n{good[..^3]}\n", text, StringComparison.Ordinal);
        root.Write(ChangeLog.SystemPath, text);
        TrustStore store = root.Open();
        Assert.Equal(["b", "a"], store.ReadChanges().Select(static c => c.Id));
        Assert.Contains(root.Warnings, static w => w.Contains("3 lines that cannot be read", StringComparison.Ordinal));
    }

    [Fact]
    public void Damaged_records_are_records_or_none_and_soon()
    {
        byte[][] seeds = [RecordWriter.Write(Sample("a")), RecordWriter.Write(Sample("b", 300))];
        int refused = 0;
        for (int seed = 0; seed < 4_000; seed++)
        {
            Mutation mutation = new(seed);
            byte[] line = mutation.Of(seeds[seed % seeds.Length]);
            if (RecordReader.TryRead(line, out _) is not { } record)
            {
                refused++;
                continue;
            }

            // What was read can be applied to any file, and written again.
            foreach (RecordedFile file in record.Files)
                _ = file.Content?.Apply("some other file"u8, 1 << 16);
            Assert.NotNull(RecordReader.TryRead(RecordWriter.Write(record), out _));
        }

        Assert.InRange(refused, 200, 3_999);
    }

    [Fact]
    public void A_bomb_does_not_burst()
    {
        ContentDelta bomb = ContentDelta.Of(new byte[24 << 20], []);
        Assert.True(bomb.Middle.Length < 1 << 17);
        Assert.Null(bomb.Apply([], 1 << 20));
        Assert.Null(new ContentDelta(3, 3, bomb.Middle).Apply("abcd"u8, 1 << 20));
        Assert.Null(new ContentDelta(0, 0, "no gzip"u8.ToArray()).Apply([], 1 << 20));
    }

    [Fact]
    public void What_was_is_told_by_what_is()
    {
        for (int seed = 0; seed < 500; seed++)
        {
            Random random = new(seed);
            byte[] before = [.. Enumerable.Range(0, random.Next(40)).Select(_ => (byte)random.Next(3))];
            byte[] after = [.. Enumerable.Range(0, random.Next(40)).Select(_ => (byte)random.Next(3))];
            Assert.Equal(before, ContentDelta.Of(before, after).Apply(after, 1000)!.Value.ToArray());
        }
    }

    private const string Digest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    private static ChangeLog Log(ScratchRoot root) => ChangeLog.Read(new RootDirectoryHost(root.Path), ChangeLog.SystemPath);

    private static ChangeRecord Sample(string id, int size = 20)
    {
        byte[] noise = new byte[size];
        new Random(1).NextBytes(noise);
        return new ChangeRecord
        {
            Id = id,
            Time = new DateTimeOffset(2026, 11, 30, 12, 0, 0, TimeSpan.Zero),
            Author = new ChangeAuthor("root", null, null),
            PolicyPath = "/etc/containers/policy.json",
            RegistriesDirectory = "/etc/containers/registries.d",
            Scopes = [new RecordedScope("docker", "a.example.com", false, "accept", "reject")],
            Files = [new RecordedFile("/etc/containers/policy.json", Digest, Digest, "0644", 1000, ContentDelta.Of(noise, []))],
        };
    }
}
