using System.Text;
using ContainerTrust.Engine.Mirroring;

namespace ContainerTrust.Engine.Tests.Mirroring;

/// <summary>What is asked again after an earlier run.</summary>
public sealed class MirrorReportTests
{
    private const string Rest =
        "\"release\":\"r@sha256:1\",\"mirror\":\"m\",\"openShiftVersion\":\"4.22\",\"openPgpSignature\":\"notRequired\"";

    private const string Report = $$"""
        [{"status":"complete","name":"a",{{Rest}},"sigstoreSignature":"verified"},
         {"status":"imageMissing","name":"b",{{Rest}},"sigstoreSignature":"verified"},
         {"status":"complete","name":"b",{{Rest}},"sigstoreSignature":"verified"},
         {"name":"c"},{"status":"Complete","name":"d",{{Rest}},"sigstoreSignature":"verified"},
         {"status":"complete","name":"e",{{Rest}},"sigstoreSignature":"present"},
         {"status":"complete","name":"f","sigstoreSignature":"verified"},{"status":"unknown","name":"release"}]
        """;

    [Fact]
    public void Only_what_is_said_to_be_complete_is_not_asked_again()
    {
        Assert.Equal(["a"], Complete(Report));
        Assert.Equal(["a", "e"], Complete(Report, takesPresent: true).Order());
        Assert.Empty(Complete(Report.Replace("sha256:1", "sha256:2", StringComparison.Ordinal)));
        Assert.Empty(Complete(Report.Replace("4.22", "4.21", StringComparison.Ordinal)));
        Assert.Empty(Complete(Report.Replace("\"m\"", "\"n\"", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("[{}]")]
    [InlineData("""[{"name":1}]""")]
    [InlineData("""[{"name":"a","name":"b"}]""")]
    [InlineData("""[{"name":"a","status":"complete","status":"unknown"}]""")]
    [InlineData("""[{"name":"\ud800"}]""")]
    [InlineData("""[{"name":"a"}] x""")]
    public void What_is_not_a_report_is_refused(string text) => Assert.Equal("InvalidMirrorReport",
        Assert.Throws<TrustException>(() => Complete(text)).ErrorId);

    [Fact]
    public void A_file_that_does_not_exist_is_refused() =>
        Assert.Equal("FileNotFound",
            Assert.Throws<TrustException>(() => MirrorReport.ReadComplete("/nowhere.json", null!, takesPresent: false)).ErrorId);

    [Fact]
    public void A_damaged_report_is_read_or_refused() => Assert.True(Mutation.Run([Encoding.UTF8.GetBytes(Report)], 5000, 17,
        static bytes => MirrorReport.CompleteIn("report.json", bytes, ("r@sha256:1", "m", "4.22"), takesPresent: false)) > 500);

    private static IReadOnlySet<string> Complete(string text, bool takesPresent = false) => MirrorReport.CompleteIn(
        "report.json", Encoding.UTF8.GetBytes(text), ("r@sha256:1", "m", "4.22"), takesPresent);
}
