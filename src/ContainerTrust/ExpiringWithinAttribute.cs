using System.Management.Automation;

namespace ContainerTrust.Commands;

/// <summary>Takes a plain number as days; PowerShell itself would take it as units of 100 nanoseconds.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ExpiringWithinAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object? plain = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        if (plain is not (byte or sbyte or short or ushort or int or uint or long or ulong or float or double or decimal))
            return inputData;
        double days = LanguagePrimitives.ConvertTo<double>(plain);
        return days >= 0 && days <= TimeSpan.MaxValue.TotalDays - 1
            ? TimeSpan.FromDays(days)
            : throw new ArgumentTransformationMetadataException($"{days} is not a number of days that can be counted from now.");
    }
}
