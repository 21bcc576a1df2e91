using System.Net;

namespace ContainerTrust.Engine.Compliance.Reports;

/// <summary>DISA's benchmark as result files name it: Red Hat OpenShift Container Platform 4.x, version 2, release 3.</summary>
internal static class StigBenchmark
{
    public const string Id = "RH_OpenShift_Container_Platform_4-x_STIG";
    public const string Title = "Red Hat OpenShift Container Platform 4.x Security Technical Implementation Guide";
    public const string ShortTitle = "Red Hat OpenShift Container Platform 4.x";
    public const string Version = "2";
    public const string ReleaseInfo = "Release: 3 Benchmark Date: 02 Jul 2025";
    public const string Date = "2025-05-15";
    public const string Reference = "5547";

    /// <summary>All items named here are of category II.</summary>
    public const string Severity = "medium";

    /// <summary>How many rules the whole benchmark has.</summary>
    public const int RuleCount = 83;

    /// <summary>The full name. Null for a name without a domain and for an address.</summary>
    public static string? DomainName(string name) => !IsAddress(name) && name.Contains('.', StringComparison.Ordinal) ? name : null;

    /// <summary>Whether a name is an address.</summary>
    public static bool IsAddress(string name) => IPAddress.TryParse(name, out _);
}
