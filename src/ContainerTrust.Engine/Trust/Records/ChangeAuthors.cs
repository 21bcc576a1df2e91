using System.Net;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Hosts.Ssh;

namespace ContainerTrust.Engine.Trust.Records;

/// <summary>Who is making a change.</summary>
internal static class ChangeAuthors
{
    /// <summary>Finds out. What variables say is a claim, and no proof.</summary>
    /// <param name="host">The host that is changed.</param>
    public static ChangeAuthor Of(ITrustHost host)
    {
        string here = Environment.UserName;
        if (host.Underlying is SshHost far)
        {
            string? login = far.Connection.UserName;
            bool isRoot = far.UserId == 0;
            return new ChangeAuthor(
                Short(isRoot ? "root" : login ?? $"user {far.UserId}"),
                far.Connection.Sudo && login is not null ? Short(login) : null,
                Short($"{here}@{LocalHost.Instance.ComputerName}"));
        }

        string? sudo = Environment.GetEnvironmentVariable("SUDO_USER");
        string? from = Environment.GetEnvironmentVariable("SSH_CONNECTION")?.Split(' ')[0];
        return new ChangeAuthor(Short(here), string.IsNullOrEmpty(sudo) ? null : Short(sudo),
            IPAddress.TryParse(from, out IPAddress? address) ? address.ToString() : null);
    }

    private static string Short(string text) => Printable.Of(text, Printable.NameLength);
}
