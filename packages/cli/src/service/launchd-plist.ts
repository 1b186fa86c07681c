import type { ServiceDefinition, ServiceProgram } from './definition.ts';

export function labelOf(program: ServiceProgram): string {
  return `holdfast.${program}`;
}

/** A launch agent of the user. @param logFile where what it says is kept */
export function launchdPlist(definition: ServiceDefinition, logFile: string): string {
  const { program, command, workingDirectory, environment } = definition;
  const entries: [string, string][] = [
    ['Label', string(labelOf(program))],
    ['ProgramArguments', `<array>\n${command.map((word) => `    ${string(word)}\n`).join('')}  </array>`],
    ['WorkingDirectory', string(workingDirectory)],
    ['EnvironmentVariables', dict(environment)],
    ['RunAtLoad', '<true/>'],
    ['KeepAlive', '<true/>'],
    ['ThrottleInterval', '<integer>5</integer>'],
    ['ExitTimeOut', '<integer>15</integer>'],
    ['ProcessType', string('Interactive')],
    ['StandardOutPath', string(logFile)],
    ['StandardErrorPath', string(logFile)],
  ];
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">',
    `<!-- Written by "holdfast service install"; "holdfast service uninstall ${program}" removes it. -->`,
    '<plist version="1.0">',
    '<dict>',
    ...entries.map(([key, value]) => `  <key>${key}</key>\n  ${value}`),
    '</dict>',
    '</plist>',
    '',
  ].join('\n');
}

function string(text: string): string {
  return `<string>${escaped(text)}</string>`;
}

function dict(values: Readonly<Record<string, string>>): string {
  const members = Object.entries(values).map(
    ([name, value]) => `    <key>${escaped(name)}</key>\n    ${string(value)}\n`,
  );
  return `<dict>\n${members.join('')}  </dict>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
