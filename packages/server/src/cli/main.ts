#!/usr/bin/env node
// The command "indelible": each subcommand in a file of its own.

import { Command } from 'commander';
import { actorCommand } from './actor.ts';
import { captureCommand } from './capture.ts';
import { demoCommand } from './demo.ts';
import { eventCommand } from './event.ts';
import { exportCommand } from './export.ts';
import { keyCommand } from './key.ts';
import { queryCommand } from './query.ts';
import { personCommand } from './person.ts';
import { reportFault } from './report.ts';
import { roleCommand } from './role.ts';
import { resourceCommand } from './resource.ts';
import { searchCommand } from './search.ts';
import { serveCommand } from './serve.ts';
import { stateCommand } from './state.ts';
import { statsCommand } from './stats.ts';
import { tailCommand } from './tail.ts';
import { verifyCommand } from './verify.ts';
import { viewerCommand } from './viewer.ts';
import { logCommand } from './log.ts';
import { version } from '../version.ts';

const program = new Command('indelible')
  .description('An audit trail that captures every change by itself, and can prove that its record is complete and unaltered.')
  .version(version)
  .showHelpAfterError('(add --help for the options)')
  .exitOverride((error) => {
    // Commander's own exits: help and version are no faults, everything else is a fault of usage.
    process.exit(error.exitCode === 0 ? 0 : 3);
  });

for (const command of [
  serveCommand(),
  demoCommand(),
  captureCommand(),
  queryCommand(),
  exportCommand(),
  tailCommand(),
  eventCommand(),
  resourceCommand(),
  stateCommand(),
  actorCommand(),
  verifyCommand(),
  keyCommand(),
  roleCommand(),
  personCommand(),
  viewerCommand(),
  logCommand(),
  searchCommand(),
  statsCommand(),
]) {
  program.addCommand(inherit(command, program));
}

/** A command takes over how its parent reports faults of usage, and hands it on: `addCommand` alone does neither. */
function inherit(command: Command, parent: Command): Command {
  command.copyInheritedSettings(parent);
  for (const child of command.commands) inherit(child, command);
  return command;
}

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = reportFault(error);
}
