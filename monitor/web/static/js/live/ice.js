// STUN and TURN servers: none on one network, else asked for anew, since passwords may be short-lived.

const GATHERING = 2000; // milliseconds to wait for all addresses

/** Return the servers for a connection that begins now. */
export async function iceServers() {
  const address = document.body.dataset.ice;
  if (address === undefined) return [];
  const answer = await fetch(address, { credentials: "same-origin" });
  if (!answer.ok) return [];
  return (await answer.json()).ice_servers.map(({ urls, username, credential }) =>
    username === null ? { urls } : { urls, username, credential },
  );
}

/** Wait until a connection knows all its addresses, or long enough. */
export function gathered(connection) {
  if (connection.iceGatheringState === "complete") return Promise.resolve();
  return new Promise((resolve) => {
    setTimeout(resolve, GATHERING);
    connection.addEventListener("icegatheringstatechange", () => {
      if (connection.iceGatheringState === "complete") resolve();
    });
  });
}
