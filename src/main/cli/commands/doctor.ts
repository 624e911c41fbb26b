import type { Command } from 'commander'
import { hintForCommand } from '#shared/errors.ts'
import { table } from '../terminal.ts'
import type { CliTools } from '../tools.ts'

export function addDoctorCommand(program: Command, { call, print, fail }: CliTools): void {
  program
    .command('doctor')
    .description('check this machine')
    .action(async () => {
      const checks = await call('system.doctor', {})
      print(
        table(
          ['check', '', 'value', 'what to do'],
          checks.map((check) => [
            check.name,
            check.ok ? 'ok' : check.optional ? 'not usable' : 'PROBLEM',
            check.value,
            hintForCommand(check) ?? '',
          ]),
        ),
      )
      if (checks.some((check) => !check.ok && !check.optional)) fail()
    })
}
