using System.Net;
using ContainerTrust.Engine.Config.RegistriesConf;

namespace ContainerTrust.Engine.Compliance;

/// <summary>
/// Places of registries.conf that are fetched from without TLS, or by TLS with any certificate (<c>insecure = true</c>,
/// containers-registries.conf(5)).
/// </summary>
internal sealed class InsecureCheck : IComplianceCheck
{
    public IReadOnlyList<string> Rules { get; } = [ComplianceRules.InsecureRegistry];

    public void Run(Audit audit)
    {
        RegistriesConfiguration configuration;
        try
        {
            configuration = RegistriesConfiguration.Load(audit.Host, null, audit.Store.Locations.Release);
        }
        catch (TrustFormatException)
        {
            // RegistriesConfInvalid says so.
            audit.NotDone(ComplianceRules.InsecureRegistry);
            return;
        }

        HashSet<(string, string)> seen = [];
        foreach (RegistryEntry registry in configuration.Registries.Where(static r => !r.IsBlocked))
        {
            foreach (RegistryLocation place in registry.Mirrors.Append(registry.Endpoint).Where(static p => p.IsInsecure))
            {
                string location = place.Location.Length > 0 ? place.Location : registry.Prefix;
                if (seen.Add((registry.Prefix, location)))
                    Add(audit, registry, location);
            }
        }
    }

    private static void Add(Audit audit, RegistryEntry registry, string location)
    {
        string shown = Printable.Of(location, Printable.NameLength);
        string host = location.Split('/', 2)[0];
        bool isLocal = IsLocal(host);
        string directory = host.StartsWith("*.", StringComparison.Ordinal) ? "the directory of each such host in /etc/containers/certs.d"
            : $"/etc/containers/certs.d/{Printable.Of(host, Printable.NameLength)}";
        audit.Add(
            ComplianceRules.InsecureRegistry,
            $"{registry.File} has insecure = true for '{shown}', so what comes from there may come by plain HTTP or from anyone's "
                + "certificate" + (isLocal ? ", but it does not leave this host." : ". Who answers in its place sees credentials and "
                + "images, and chooses what is pulled wherever the policy accepts anything. Give the registry a certificate, put its "
                + "authority into "
                + $"{directory}, and remove that line."),
            registry.File,
            location,
            isLocal ? ImageTrustSeverity.Information : null);
    }

    private static bool IsLocal(string host)
    {
        string name = host.StartsWith('[') ? host.Split(']', 2)[0][1..] : host.Split(':', 2)[0];
        return name.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(name, out IPAddress? ip) && IPAddress.IsLoopback(ip));
    }
}
