using System.Globalization;
using System.Text;

namespace ContainerTrust.Engine.Hosts.Ssh;

/// <summary>The script that answers on the other side, and the command that starts it.</summary>
internal static class RemoteScript
{
    private static readonly Lazy<byte[]> s_text = new(Load);

    /// <summary>The script, to be sent before the first request.</summary>
    public static ReadOnlySpan<byte> Text => s_text.Value;

    /// <summary>
    /// The command for the login shell, whichever that is: sh, csh and fish all take it alike. It has nothing of the user's in it. The
    /// script comes on standard input, for a command line has limits, is seen by everybody, and may be logged; it is read to the byte, so
    /// that what follows is left for the script itself.
    /// </summary>
    /// <param name="sudo">Whether root is to run it. -H: as root's own files are meant, not those of the user who logs in.</param>
    /// <returns>The command.</returns>
    public static string Command(bool sudo)
    {
        string length = s_text.Value.Length.ToString(CultureInfo.InvariantCulture);
        string read = $"dd bs={length} count=1 iflag=fullblock 2>/dev/null || dd bs=1 count={length} 2>/dev/null";
        return $"exec env LC_ALL=C {(sudo ? "sudo -n -H -- " : "")}/bin/sh -c 'eval \"$({read})\"'";
    }

    /// <summary>The script as it is in the repository, without what only people need.</summary>
    private static byte[] Load()
    {
        using Stream stream = typeof(RemoteScript).Assembly.GetManifestResourceStream("ContainerTrust.Engine.Hosts.Ssh.remote.sh")!;
        using StreamReader reader = new(stream, Encoding.UTF8);
        StringBuilder text = new();
        while (reader.ReadLine() is { } line)
        {
            string bare = line.TrimStart(' ');
            if (bare.Length > 0 && bare[0] != '#')
                text.Append(bare).Append('\n');
        }

        return Encoding.ASCII.GetBytes(text.ToString());
    }
}
