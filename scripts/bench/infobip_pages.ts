/** SMS to Infobip (`POST /sms/3/messages`), as the benchmark's stand-in reads and answers them. */
import type { PageFormat } from "./target.ts";

interface SmsRequest {
  messages: [{
    destinations: [{ to: string; messageId: string }];
    content: { text: string };
  }];
}

export const pageFormat: PageFormat = {
  read(body) {
    const { messages: [{ destinations: [{ to, messageId }], content }] } = JSON
      .parse(body) as SmsRequest;
    const alert = /#(\d+)\./.exec(content.text)?.[1];
    const bundled = /\b(\d+) incidents/.exec(content.text)?.[1];
    return {
      page: {
        to,
        alert: alert === undefined || bundled !== undefined
          ? null
          : Number(alert),
        incidents: Number(bundled ?? 1),
      },
      answer: JSON.stringify({
        messages: [{ messageId, status: ACCEPTED, destination: to }],
      }),
    };
  },
};

const ACCEPTED = {
  groupId: 1,
  groupName: "PENDING",
  id: 26,
  name: "PENDING_ACCEPTED",
  description: "Message sent to next instance",
};
