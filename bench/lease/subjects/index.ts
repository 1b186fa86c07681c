import { awsDefault } from './aws-default.ts';
import { awsIdentityKind, awsMemoizeKind } from './aws-memoize.ts';
import { awsSso } from './aws-sso.ts';
import { azure } from './azure.ts';
import { google } from './google.ts';
import { lease } from './lease.ts';
import { msal } from './msal.ts';
import type { SubjectKind } from './subject.ts';

export const subjects: readonly SubjectKind[] = [
  azure,
  awsMemoizeKind,
  awsIdentityKind,
  awsDefault,
  awsSso,
  google,
  msal,
  lease,
];

export function subjectNamed(name: string | undefined): SubjectKind {
  const found = subjects.find((subject) => subject.name === name);
  if (found === undefined) throw new Error(`no subject is called ${name}`);
  return found;
}
