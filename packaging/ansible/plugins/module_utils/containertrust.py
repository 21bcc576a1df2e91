# Copyright: ContainerTrust contributors. See LICENSE.
"""Calls of the containertrust command, which answers in JSON (docs/dsc.md, "The protocol")."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import json


class Command(object):
    """The command, and the words that it said."""

    def __init__(self, module, resource):
        self.module = module
        self.resource = resource
        self.path = module.get_bin_path(module.params['executable'], required=True)

    def run(self, operation, properties):
        """Runs an operation.

        Returns the JSON documents that it printed, one for each line. Its warnings become the task's; a failure ends the task.
        """
        code, out, err = self.module.run_command(
            [self.path, 'dsc', operation, '--resource', self.resource], data=json.dumps(properties), encoding='utf-8')
        errors = []
        for line in err.splitlines():
            try:
                message = json.loads(line)
            except ValueError:
                errors.append(line)
                continue
            if 'warn' in message:
                self.module.warn(message['warn'])
            elif 'error' in message:
                errors.append(message['error'])
        if code != 0:
            self.module.fail_json(msg=' '.join(errors) or '%s dsc %s ended with %d.' % (self.path, operation, code), rc=code)
        try:
            return [json.loads(line) for line in out.splitlines() if line]
        except ValueError:
            self.module.fail_json(msg='%s dsc %s did not answer in JSON.' % (self.path, operation), stdout=out)


def shown(state):
    """A state as a diff shows it: without what only answers have."""
    kept = dict((k, v) for k, v in state.items() if k not in ('policyPath', '_inDesiredState'))
    return json.dumps(kept, indent=4, sort_keys=True) + '\n'


def apply(module, resource, properties, header):
    """Brings a host to a state, or says in check mode what would change, and ends the task."""
    command = Command(module, resource)
    asked = dict((k, v) for k, v in properties.items() if k in ('root', 'scope', 'transport', 'default', 'entries', '_purge'))
    before = command.run('get', asked)[0]
    after, names = command.run('whatif' if module.check_mode else 'set', properties)
    result = dict(changed=bool(names), properties=names, state=after, policy_path=after.get('policyPath'))
    if module._diff:
        result['diff'] = dict(before=shown(before), after=shown(after), before_header=header, after_header=header)
    module.exit_json(**result)
