/**
 * By what a report tells recordings apart: queue, campaign, division and agent of the conversation. Pure.
 * @module
 */
import { createHash } from 'node:crypto';
import type { Allocation, Conversation } from '../types.ts';

/** As `spec.report.agents` says. */
export type AgentNaming = 'Hashed' | 'Plain';

const DIGITS = 16;

/** Tells agents apart, in all reports alike, without naming them to who does not have the list of user ids. */
export const agentDigest = (userId: string): string =>
  `h:${createHash('sha256').update(userId).digest('hex').slice(0, DIGITS)}`;

/** The first of the organisation's people who took part. */
const agentOf = ({ participants }: Conversation): string | undefined =>
  participants.find(({ kind, userId }) => kind === 'agent' && userId !== undefined)?.userId;

export const allocationOf = (conversation: Conversation, naming: AgentNaming): Allocation => {
  const agent = agentOf(conversation) ?? '';
  return {
    queueId: conversation.queueId ?? '',
    campaignId: conversation.campaignId ?? '',
    divisionId: conversation.divisionIds[0] ?? '',
    agent: agent === '' || naming === 'Plain' ? agent : agentDigest(agent),
  };
};
