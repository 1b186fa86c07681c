export { Admission, type AdmissionOptions, type AdmissionSnapshot } from './admission.ts';
export type { AdmissionKind } from './capacity.ts';
export { defaultPressureLimits, type PressureLimits } from './limits.ts';
export { LoopDelay } from './loop-delay.ts';
export { SLOT_GRACE_MS } from './slots.ts';
