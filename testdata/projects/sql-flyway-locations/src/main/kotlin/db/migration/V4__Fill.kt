class V4__Fill
