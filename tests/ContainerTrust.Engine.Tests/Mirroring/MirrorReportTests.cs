using System.Text;
using ContainerTrust.Engine.Mirroring;

namespace ContainerTrust.Engine.Tests.Mirroring;

/// <summary>What is asked again after an earlier run.</summary>
public sealed class MirrorReportTests
{
    private const string Report = """
        [{"status":"complete","name":"a","platform":null},{"status":"imageMissing","name":"b"},{"status":"complete","name":"b"},
         {"name":"c"},{"status":"Complete","name":"d"},{"status":"unknown","name":"release"}]
        """;

    [Fact]
    public void Whatever_is_not_said_to_be_complete_is_asked_again() =>
        Assert.Equal(["b", "c", "d", "release"], MirrorReport.Incomplete("report.json", Encoding.UTF8.GetBytes(Report)).Order());

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
        Assert.Throws<TrustException>(() => MirrorReport.Incomplete("report.json", Encoding.UTF8.GetBytes(text))).ErrorId);

    [Fact]
    public void A_file_that_does_not_exist_is_refused() =>
        Assert.Equal("FileNotFound", Assert.Throws<TrustException>(() => MirrorReport.ReadIncomplete("/nowhere.json")).ErrorId);

    [Fact]
    public void A_damaged_report_is_read_or_refused() => Assert.True(Mutation.Run([Encoding.UTF8.GetBytes(Report)], 5000, 17,
        static bytes => MirrorReport.Incomplete("report.json", bytes)) > 500);
}
