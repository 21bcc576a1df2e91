#!/usr/bin/python
# Copyright: ContainerTrust contributors. See LICENSE.

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r'''
---
module: image_trust_policy
short_description: The default and the scopes of a host together
description:
  - Sets many entries in one write. If one of them is not possible, nothing is changed.
  - Entries are as a trust file has them (C(Export-ImageTrust)), each whole. Signature stores that an entry does not have are taken from its scope.
requirements:
  - the C(containertrust) command on the managed host
options:
  entries:
    description: The entries, each scope once. The default stays if it is not listed.
    type: list
    elements: dict
    required: true
  purge:
    description: Remove the scopes that are not listed.
    type: bool
    default: false
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
- name: What the reviewed file says, and no other scope
  containertrust.trust.image_trust_policy:
    entries: "{{ (lookup('file', 'trust.yaml') | from_yaml).entries }}"
    purge: true
'''

RETURN = r'''
properties:
  description: Names of the properties that changed, or would change in check mode.
  returned: success
  type: list
  elements: str
state:
  description: The entries as they are afterwards, or would be in check mode.
  returned: success
  type: dict
policy_path:
  description: The policy.json that was looked at.
  returned: success
  type: str
'''

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.containertrust.trust.plugins.module_utils.containertrust import apply


def main():
    module = AnsibleModule(
        argument_spec=dict(
            entries=dict(type='list', elements='dict', required=True),
            purge=dict(type='bool', default=False),
            root=dict(type='path'),
            executable=dict(type='str', default='containertrust'),
        ),
        supports_check_mode=True,
    )
    properties = dict(entries=module.params['entries'], _purge=module.params['purge'])
    if module.params['root'] is not None:
        properties['root'] = module.params['root']
    apply(module, 'policy', properties, 'image trust')


if __name__ == '__main__':
    main()
