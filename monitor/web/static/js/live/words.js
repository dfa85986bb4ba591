// Every word the live player shows, in both languages of the product.

const WORDS = {
  zh: {
    adult: "成人",
    child: "儿童",
    unknown: "未定",
    connecting: "正在连接…",
    live: "实时",
    stale: "画面已停止更新",
    offline: "没有画面",
    paused: "已暂停",
    pausedDetail: "回到此画面后自动继续",
    cameraOffline: "摄像机离线",
    ago: (time) => `${time}前`,
    lastPicture: (time) => `最后画面 ${time}前`,
    video: (name) => `${name} 实时视频`,
    viewLost: "视野丢失,人数未知",
    viewPartial: "部分视野丢失",
    retry: "正在自动重试",
    failure: {
      signin: "登录已失效,请重新登录",
      gone: "找不到这台摄像机,可能已被移除",
      unsupported: "此浏览器无法播放 H.264 实时视频",
      full: "观看人数已满,请关闭不用的实时画面",
      busy: "实时视频服务正忙或正在启动",
      server: "服务器出错",
      unreachable: "无法连接服务器",
      lost: "与服务器的视频连接中断",
      silent: "服务器没有送来画面",
    },
    fault: {
      offline: "摄像机离线",
      stalled: "摄像机没有送来画面",
      frozen: "画面冻结",
      dark: "画面过暗",
      overexposed: "画面过曝",
      covered: "镜头被遮挡",
      defocused: "画面失焦",
      unreadable: "画面无法解码",
      moved: "朝向已改变",
      bitrate: "码率骤降",
      frame_rate: "帧率骤降",
      clock: "摄像机时钟不准",
      miscalibrated: "与标定不符",
      unwatched: "未能及时分析",
    },
    units: ["秒", "分", "小时", "天"],
  },
  en: {
    adult: "Adult",
    child: "Child",
    unknown: "Unsure",
    connecting: "Connecting…",
    live: "Live",
    stale: "Picture has stopped",
    offline: "No picture",
    paused: "Paused",
    pausedDetail: "Continues when this picture is in view again",
    cameraOffline: "Camera offline",
    ago: (time) => `${time} ago`,
    lastPicture: (time) => `Last picture ${time} ago`,
    video: (name) => `Live video of ${name}`,
    viewLost: "View lost, counts unknown",
    viewPartial: "Part of the view is lost",
    retry: "Trying again",
    failure: {
      signin: "Your session has ended: sign in again",
      gone: "This camera cannot be found; it may have been removed",
      unsupported: "This browser does not play live H.264 video",
      full: "Too many people are watching: close live pictures not needed",
      busy: "Live video is busy or starting",
      server: "The server failed",
      unreachable: "The server cannot be reached",
      lost: "The video connection to the server was lost",
      silent: "The server sends no pictures",
    },
    fault: {
      offline: "Camera offline",
      stalled: "The camera sends no pictures",
      frozen: "Picture frozen",
      dark: "Picture too dark",
      overexposed: "Picture over-exposed",
      covered: "Lens covered",
      defocused: "Picture out of focus",
      unreadable: "Picture cannot be decoded",
      moved: "Camera moved out of its place",
      bitrate: "Hardly any data",
      frame_rate: "Too few pictures",
      clock: "Wrong clock in the camera",
      miscalibrated: "At odds with its calibration",
      unwatched: "Not analysed in time",
    },
    units: [" s", " min", " h", " d"],
  },
};

/** Return the language of the page: "zh" or "en". */
export function language() {
  return document.documentElement.lang.toLowerCase().startsWith("en") ? "en" : "zh";
}

/** Return the words of the page's language. */
export function words() {
  return WORDS[language()];
}

/** Return `seconds` as a short duration a person reads at a glance: "12 s", "3 分". */
export function duration(seconds) {
  const units = words().units;
  const steps = [60, 60, 24, Infinity];
  let value = Math.max(0, seconds);
  let unit = 0;
  while (value >= steps[unit]) {
    value /= steps[unit];
    unit += 1;
  }
  return `${Math.floor(value)}${units[unit]}`;
}
