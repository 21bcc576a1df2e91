using System.Text;
using ContainerTrust.Engine.Hosts.Ssh;

namespace ContainerTrust.TestKit;

/// <summary>
/// The other side of a connection, whose answers are given beforehand, whatever is asked. The mark is not known before the first request:
/// where <see cref="Mark"/> stands in the answers, it is put in.
/// </summary>
/// <param name="options">The connection.</param>
/// <param name="answers">The answers to all requests.</param>
internal sealed class GivenAnswers(SshConnectionOptions options, byte[] answers) : RemoteConnection(options)
{
    /// <summary>What stands for the mark.</summary>
    public const string Mark = "\0MARK\0";

    private readonly SshConnectionOptions _options = options;
    private MemoryStream? _answers;

    /// <summary>Connects to a host that answers so.</summary>
    /// <param name="answers">The answers to all requests.</param>
    /// <returns>The host.</returns>
    public static SshHost Connect(byte[] answers)
    {
        SshConnectionOptions options = new() { HostName = "host.example" };
        return SshHost.Over(new GivenAnswers(options, answers), options, [], CancellationToken.None);
    }

    /// <inheritdoc/>
    public override void Rest()
    {
        // Nobody is in a hurry here.
    }

    /// <inheritdoc/>
    public override void Send(ReadOnlySpan<byte> bytes)
    {
        if (_answers is not null)
            return;

        // The two halves of the mark follow the script.
        string[] halves = Encoding.ASCII.GetString(bytes[RemoteScript.Text.Length..]).Split(' ', 3);
        byte[] mark = Encoding.ASCII.GetBytes($"\0{halves[0]}{halves[1]}\0");
        _answers = new MemoryStream(Replace(answers, Encoding.ASCII.GetBytes(Mark), mark));
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _answers?.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override int Receive(Span<byte> buffer) =>
        _answers?.Read(buffer) is > 0 and int read ? read : throw SshFailure.Of(_options, null, "", IsConnected);

    private static byte[] Replace(ReadOnlySpan<byte> text, byte[] old, byte[] replacement)
    {
        using MemoryStream result = new();
        while (text.IndexOf(old) is >= 0 and int at)
        {
            result.Write(text[..at]);
            result.Write(replacement);
            text = text[(at + old.Length)..];
        }

        result.Write(text);
        return result.ToArray();
    }
}
