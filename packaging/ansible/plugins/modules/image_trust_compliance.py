#!/usr/bin/python
# Copyright: ContainerTrust contributors. See LICENSE.

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r'''
---
module: image_trust_compliance
short_description: Audits what a host trusts
description:
  - Audits policy.json, registries.d and the keys they name, and changes nothing. The task fails if the host is not compliant, unless I(fail) is C(false).
requirements:
  - the C(containertrust) command on the managed host
options:
  baseline:
    description: Files and roots on the host that it is compared with.
    type: list
    elements: path
  exclude_rules:
    description: Rules that are left out. C(*) and C(?) are wildcards.
    type: list
    elements: str
  minimum_severity:
    description: The least severity that makes the host not compliant.
    type: str
    choices: [information, warning, error]
    default: warning
  expiring_within_days:
    description: Keys that end within so many days are found.
    type: float
    default: 30
  fail:
    description: Whether a host that is not compliant fails the task.
    type: bool
    default: true
  root:
    description: A directory that is another host's root, such as a mounted image.
    type: path
  executable:
    description: The command, if it is not on the path.
    type: str
    default: containertrust
author: ContainerTrust contributors
'''

EXAMPLES = r'''
- name: Is the host as it should be?
  containertrust.trust.image_trust_compliance:
    minimum_severity: error
'''

RETURN = r'''
compliant:
  description: Whether nothing was found that is as bad as I(minimum_severity).
  returned: always
  type: bool
findings:
  description: What was found, the worst first, each with C(ruleId), C(severity), C(message) and, where one is proven, C(fix).
  returned: always
  type: list
  elements: dict
'''

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.containertrust.trust.plugins.module_utils.containertrust import Command


def main():
    module = AnsibleModule(
        argument_spec=dict(
            baseline=dict(type='list', elements='path'),
            exclude_rules=dict(type='list', elements='str'),
            minimum_severity=dict(type='str', choices=['information', 'warning', 'error'], default='warning'),
            expiring_within_days=dict(type='float', default=30),
            fail=dict(type='bool', default=True),
            root=dict(type='path'),
            executable=dict(type='str', default='containertrust'),
        ),
        supports_check_mode=True,
    )
    given = module.params
    properties = dict((name, value) for name, value in (
        ('baseline', given['baseline']),
        ('excludeRules', given['exclude_rules']),
        ('minimumSeverity', given['minimum_severity']),
        ('expiringWithinDays', given['expiring_within_days']),
        ('root', given['root']),
    ) if value is not None)
    found = Command(module, 'compliance').run('get', properties)[0]
    # What says nothing is not a yes.
    compliant = found.get('compliant') is True
    result = dict(changed=False, compliant=compliant, findings=found.get('findings', []), policy_path=found.get('policyPath'))
    if given['fail'] and not compliant:
        module.fail_json(msg='The host is not compliant: %d errors, %d warnings.'
                         % (found.get('errorCount', 0), found.get('warningCount', 0)), **result)
    module.exit_json(**result)


if __name__ == '__main__':
    main()
