using System.Text;
using ContainerTrust.Engine.Formats.Pem;
using ContainerTrust.Engine.Sigstore;

namespace ContainerTrust.Engine.Tests.Sigstore;

/// <summary>Blocks among other text.</summary>
public sealed class PemBlockTests
{
    private const string Good = "-----BEGIN A-----\nAAAA\n-----END A-----\n";

    [Theory]
    [InlineData(Good, "A", "AAAA", "")]
    [InlineData("text\n" + Good + "rest\n", "A", "AAAA", "rest\n")]
    [InlineData("-----BEGIN A-----\n-----END A-----\n", "A", "", "")]
    [InlineData("-----BEGIN A-----\n\n-----END A-----\n", "A", "", "")]
    [InlineData("-----BEGIN A-----\nX: y\n\nAAAA\n-----END A-----\n", "A", "AAAA", "")]
    [InlineData("-----BEGIN A-----\n" + Good, "A", "AAAA", "")]
    [InlineData("-----BEGIN B-----\nAAAA\n" + Good, "A", "AAAA", "")]
    [InlineData("-----BEGIN B-----\nAAAA\n-----END C-----\n" + Good, "A", "AAAA", "")]
    [InlineData("-----BEGIN B-----\nAAAA\n-----END A-----\n" + Good, "A", "AAAA", "")]
    [InlineData("-----BEGIN B-----\nX: y\n-----END A-----\n" + Good, "A", "AAAA", "")]
    [InlineData("-----BEGIN B-----\n-----BEGIN A-----\n-----END A-----\n" + Good, "A", "", Good)]
    public void The_first_block_that_is_one_is_found(string text, string label, string content, string rest)
    {
        Assert.True(PemBlock.TryFind(Encoding.ASCII.GetBytes(text), out PemBlock block));
        Assert.Equal(label, Encoding.ASCII.GetString(block.Label));
        Assert.Equal(content, Convert.ToBase64String(block.Content));
        Assert.Equal(rest, Encoding.ASCII.GetString(block.Rest));
    }

    [Theory]
    [InlineData("")]
    [InlineData("-----BEGIN A-----\n")]
    [InlineData("-----BEGIN A-----\nAAAA\n")]
    [InlineData("-----BEGIN A-----\nX: y\n")]
    [InlineData("-----BEGIN A-----\nAAAA\n-----END B-----\n")]
    [InlineData("-----END A-----\n-----BEGIN A-----\n")]
    public void What_is_not_a_block_is_not_found(string text) => Assert.False(PemBlock.TryFind(Encoding.ASCII.GetBytes(text), out _));

    // A signature may bring 4 MiB of it.
    [Theory]
    [InlineData("-----BEGIN A-----\n", "")]
    [InlineData("-----BEGIN A-----\nAAAA\n", "")]
    [InlineData("-----BEGIN A-----\n", "\n-----END B-----\n")]
    [InlineData("-----BEGIN A-----\nX: y\n\n", "\n-----END B-----\n")]
    public void Beginnings_without_an_end_cost_no_more_than_their_length(string piece, string end)
    {
        byte[] text = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(piece, SigstoreSignature.MaxLength / piece.Length)) + end);
        TimeSpan start = ProcessorTime.Now;
        Assert.False(PemBlock.TryFind(text, out _));
        ProcessorTime.AtMost(TimeSpan.FromSeconds(1), start);
    }
}
